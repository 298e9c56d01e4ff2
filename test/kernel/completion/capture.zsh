#!/usr/bin/env zsh
# capture.zsh FUNCTIONS PATH LINE: what zsh would offer for a line, one word on a line.
# A second zsh on a terminal of its own is typed to; its compadd writes down what it is given.
zmodload zsh/zpty || exit 2
rc=$(mktemp -d) || exit 2
trap 'rm -rf $rc' EXIT
cat > $rc/.zshrc <<END
PS1= PS2=; unset zle_bracketed_paste
fpath=($1 \$fpath); export PATH=$2
autoload -U compinit; compinit -u -d \$HOME/zcompdump
compadd() {
  if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then builtin compadd "\$@"; return; fi
  typeset -a hits; local suffix=; local -i at=\${@[(i)-S]}; ((at < \$#)) && suffix=\$@[at+1]
  builtin compadd -A hits "\$@"
  local hit; for hit in \$hits; do print -r -- "\$hit\$suffix" >> $rc/hits; done
  builtin compadd "\$@"
}
zle -C capture list-choices _main_complete
shown() { zle capture; : > $rc/done; exit 0 }
zle -N shown; bindkey '^I' shown
: > $rc/ready
END
: > $rc/hits
zpty -b inner "ZDOTDIR=$rc exec zsh -i"
# its output must be read, or it would stop writing
until [[ -e $rc/ready ]]; do zpty -r -t inner word >/dev/null; sleep 0.02; done
zpty -n -w inner "$3"$'\t'
until [[ -e $rc/done ]]; do zpty -r -t inner word >/dev/null; sleep 0.02; done
cat $rc/hits
