# capture.bash COMPLETIONS LINE: what bash would offer for a line, one word on a line.
# compopt works only while bash completes; what it says is of no interest here.
compopt() { :; }
line=$2
name=${line%% *}
. "$1/$name" || exit 2
# the function that `complete` was told of for this very command
function=$(complete -p "$name") && function=${function#*-F } && function=${function%% *} || exit 2
COMP_LINE=$line COMP_POINT=${#line}
"$function"
((${#COMPREPLY[@]} == 0)) || printf '%s\n' "${COMPREPLY[@]}"
