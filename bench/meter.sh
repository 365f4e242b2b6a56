# Runs one command with its output thrown away and prints what it took: wall seconds at the start and at the end, then what bash's
# `times` says (the last line is the children's user and system time). A shell forks in a millisecond whatever the size of the
# benchmark's own process, and knows cpu time to the millisecond, which Node does not tell of its children.
# usage: bash --norc --noprofile meter.sh ERRORS COMMAND…
errors=$1
shift
start=$EPOCHREALTIME
"$@" </dev/null >/dev/null 2>"$errors"
code=$?
end=$EPOCHREALTIME
echo "$start $end"
times
exit $code
