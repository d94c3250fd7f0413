# If IFS is readonly, a shell that tries to read a line ends the script: nothing is recorded.
if ! _usage_can_set_ifs; then
  usage_start() { :; }
  usage_feature() { :; }
  usage_end() { :; }
  usage_trap() { :; }
fi
