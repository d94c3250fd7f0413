/* A program in C. Its client: usage embed --lang c --project-file usage.project.json > usage_client.h
   cc -o program program.c */
#include <stdio.h>

#define USAGE_IMPLEMENTATION
#include "usage_client.h"

int main(void) {
  int code = 3;
  usage_field("cells", "200");
  usage_start("1.4.0");
  usage_uses("Algorithm", "Solver.explicit", 1, 0.2, 0);
  puts("computed");
  usage_end(code);
  return code;
}
