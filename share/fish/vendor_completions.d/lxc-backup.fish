# Written by scripts/gen-reference.ts; do not edit.
functions -q __berth_word; or source (path dirname (status filename))/berth.fish
