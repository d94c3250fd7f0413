# Where IFS is readonly nothing can be read, and a try would end the script: nothing is recorded.
if ! _usage_reads; then
  usage_start() { :; }
  usage_feature() { :; }
  usage_end() { :; }
  usage_trap() { :; }
fi
