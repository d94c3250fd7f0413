/* A fuzzer for what the client in C reads: settings, policies, events, answers, words, paths. */
#define USAGE_MAIN
#define main unused_main
#include "usage_client.h"
#undef main

static void prepare_event(const uc_json *event) {
  uc_sent sent;
  uc_identity identity;
  memset(&sent, 0, sizeof sent);
  memset(&identity, 0, sizeof identity);
  identity.has_secret = 1;
  snprintf(sent.id, sizeof sent.id, "%s", uc_get_text(event, "id"));
  uc_prepare(event, &identity, &sent);
  free(sent.header);
  free(sent.json);
  free(sent.mark);
}

/* A number that is written must be read as the same number. */
static void repeat_number(double number, uc_text *text) {
  double again = 0;
  text->length = 0;
  uc_add_number(text, number);
  if (text->is_broken || !uc_read_number(text->at, &again) || again != number) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
  char *text = (char *)malloc(length + 1);
  char path[UC_PATH], normal[UC_PATH];
  uc_text out = {NULL, 0, 0, 0};
  uc_json *value;
  double number;
  memcpy(text, bytes, length);
  text[length] = 0;
  value = uc_parse(text);
  uc_is_policy_on(value);
  uc_count_answered(value, 50);
  if (!uc_find_drop_reason(value, "")) prepare_event(value);
  uc_free_json(value);
  uc_is_declared_feature("Algorithm", text);
  uc_parse_time(text);
  if (uc_read_number(text, &number)) repeat_number(number, &out);
  if (length >= sizeof number) {
    memcpy(&number, bytes, sizeof number);
    if (number > -1.7e308 && number < 1.7e308) repeat_number(number, &out);
  }
  uc_add_string(&out, text);
  value = uc_parse(out.at);
  uc_free_json(value);
  if (snprintf(path, sizeof path, "/%s", text) < (int)sizeof path) uc_normalize(path, normal);
  uc_add_wrapped(&out, text, 40);
  uc_free(&out);
  free(text);
  return 0;
}
