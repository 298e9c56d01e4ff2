# Owns how hooks reach files of a container's root file system: whoever is root in there may have put a symbolic link
# anywhere, so none is followed. Sourced by the hooks beside it; the tree must be that of a container that does not run.

# beneath ROOT PATH: prints ROOT/PATH when no part of PATH is a symbolic link or '..'; else fails.
beneath() {
    _at=$1
    _left=$2
    while [ -n "$_left" ]; do
        _part=${_left%%/*}
        case $_left in */*) _left=${_left#*/} ;; *) _left= ;; esac
        [ -n "$_part" ] || continue
        [ "$_part" != .. ] || return 1
        _at=$_at/$_part
        [ ! -L "$_at" ] || return 1
    done
    printf '%s\n' "$_at"
}

# put ROOT PATH: standard input becomes the content of the file; owner and mode of a file that is there stay.
put() {
    _file=$(beneath "$1" "$2") || { echo "${0##*/}: $2 leads through a symbolic link, it is left alone" >&2; return 1; }
    [ ! -e "$_file" ] || [ -f "$_file" ] || { echo "${0##*/}: $2 is not a plain file, it is left alone" >&2; return 1; }
    cat > "$_file"
}
