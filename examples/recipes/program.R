# A program in R, and the command of the client in C beside it:
# usage embed --lang c --project-file usage.project.json > usage_client.h
# cc -x c -DUSAGE_MAIN -o heatflow-usage usage_client.h
count_use <- function(...) {
  command <- file.path(getwd(), "heatflow-usage")
  if (file.exists(command)) system2(command, c(...))
}

count_use("start", "1.4.0")
code <- tryCatch({
  count_use("feature", "Solver.explicit", "--type", "Algorithm", "--duration", "0.2")
  cat("computed\n")
  3
}, error = function(condition) 1)
count_use("end", code)
quit(status = code)
