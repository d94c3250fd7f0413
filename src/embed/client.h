/* Counts the use of @PROJECT@.
 *
 * Made by `usage embed --lang c`: make it again when the project file changes. C99 or C++, Linux,
 * macOS or a BSD; elsewhere the functions record nothing. No dependencies beyond libc.
 *
 *   cc -c -x c -DUSAGE_IMPLEMENTATION usage_client.h -o usage_client.o      the functions
 *   cc -x c -DUSAGE_MAIN usage_client.h -o @COMMAND@                        the command
 *
 *   #include "usage_client.h"
 *   usage_start("1.4.0");                       a run of this version of your program starts
 *   usage_feature("Algorithm", "Solver.explicit");
 *   usage_end(0);                               the run ends with this exit code
 *
 * The functions write small files and return: they use no network, start no thread, install no
 * signal handler, never abort, and print only one notice, once. They may be called from several
 * threads, and after fork: a child belongs to the run of its parent. The command does the same for
 * scripts (`start`, `end`, `feature`), sends what waits (`send`, by curl), and is for the person
 * whose machine this is: `status`, `preview`, `optout`, `optin`. The functions start it to send,
 * if it lies beside the program or on the PATH; else another program of `usage` sends. Files and
 * rules are those of the program `usage`, which may work beside this file.
 *
 * Contents: the interface; the project; text and JSON; reading JSON; files; time and ids; folders;
 * the site policy; consent; what may be recorded; durations; events; the notice; starting a sender;
 * merging; start, feature, end. In the command also: pairing; pseudonyms; reports; bounds;
 * delivery; the words of the command.
 */
#ifndef USAGE_CLIENT_H
#define USAGE_CLIENT_H

#ifdef __cplusplus
extern "C" {
#endif

/* A run starts. VERSION is that of your program, or NULL. Returns 1 if it is recorded, else 0, as
 * all these functions. Sets USAGE_RUN_ID for child processes while there is one thread. */
int usage_start(const char *version);

/* The same with more of what is known; any may be NULL. Default of APPLICATION: that of the project
 * file. Of SCRIPT, only a pseudonym of its path is sent; default: the path of this program. */
int usage_start_as(const char *version, const char *application, const char *commit,
                   const char *component, const char *script);

/* A declared field and its value as text, such as "executors" and "8": it belongs to the next start
 * or end. One that is not declared, or does not fit, is left out and counted. */
void usage_field(const char *name, const char *value);

/* A feature of a declared type was used. Equal uses are merged: they are written every ten seconds,
 * at the next use, at the end of the run, and at the end of the process. */
int usage_feature(const char *type, const char *name);

/* The same: COUNT uses that took SECONDS (below 0: not known); IS_INTERNAL: another feature used
 * it, not a person. */
int usage_uses(const char *type, const char *name, long count, double seconds, int is_internal);

/* A declared detail, as text: it belongs to the next feature, which is not merged. */
void usage_detail(const char *name, const char *value);

/* The run ends, once, by the process that started it: with an exit code, or by a signal. */
int usage_end(int exit_code);
int usage_end_by_signal(int signal_number);

#ifdef __cplusplus
}
#endif
#endif

#if (defined(USAGE_IMPLEMENTATION) || defined(USAGE_MAIN)) && !defined(USAGE_CLIENT_IS_HERE)
#define USAGE_CLIENT_IS_HERE

#ifdef _WIN32
int usage_start(const char *version) { return (void)version, 0; }
int usage_start_as(const char *version, const char *application, const char *commit,
                   const char *component, const char *script) {
  return (void)version, (void)application, (void)commit, (void)component, (void)script, 0;
}
void usage_field(const char *name, const char *value) { (void)name, (void)value; }
int usage_feature(const char *type, const char *name) { return (void)type, (void)name, 0; }
int usage_uses(const char *type, const char *name, long count, double seconds, int is_internal) {
  return (void)type, (void)name, (void)count, (void)seconds, (void)is_internal, 0;
}
void usage_detail(const char *name, const char *value) { (void)name, (void)value; }
int usage_end(int exit_code) { return (void)exit_code, 0; }
int usage_end_by_signal(int signal_number) { return (void)signal_number, 0; }
#ifdef USAGE_MAIN
int main(void) { return 0; }
#endif
#else

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#ifndef _FILE_OFFSET_BITS
#define _FILE_OFFSET_BITS 64
#endif
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <locale.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <regex.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __APPLE__
#include <xlocale.h>
#endif

extern char **environ;

/* --- The project ----------------------------------------------------------------------------- */

/* A declared field: its kind is i(nteger), n(umber), b(oolean), e(num) or p(attern), and VALUES are
 * those of an enum, or the pattern as a regular expression of POSIX. */
typedef struct uc_declared {
  const char *name;
  char kind;
  double least, most;
  const char *const *values;
} uc_declared;

/* clang-format off */
@CONSTANTS@
/* clang-format on */

#define UC_PATH 4096
#define UC_MOST_SECONDS 316224000.0
#define UC_UUID "^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$"

/* --- Text and JSON --------------------------------------------------------------------------- */

/* A text that grows. Once there is no memory it stays as it is, and IS_BROKEN. */
typedef struct uc_text {
  char *at;
  size_t length, room;
  int is_broken;
} uc_text;

static void uc_put(uc_text *text, const char *what, size_t length) {
  if (text->is_broken) return;
  if (text->length + length + 1 > text->room) {
    size_t room = (text->length + length + 1) * 2;
    char *more = (char *)realloc(text->at, room);
    if (!more) {
      text->is_broken = 1;
      return;
    }
    text->at = more;
    text->room = room;
  }
  memcpy(text->at + text->length, what, length);
  text->length += length;
  text->at[text->length] = 0;
}

static void uc_add(uc_text *text, const char *what) { uc_put(text, what, strlen(what)); }

static void uc_addf(uc_text *text, const char *format, ...) {
  char part[UC_PATH];
  va_list values;
  int length;
  va_start(values, format);
  length = vsnprintf(part, sizeof part, format, values);
  va_end(values);
  if (length < 0 || length >= (int)sizeof part) text->is_broken = 1;
  else uc_put(text, part, (size_t)length);
}

static void uc_free(uc_text *text) {
  free(text->at);
  memset(text, 0, sizeof *text);
}

/* The bytes of the UTF-8 character at AT, or 0 if there is none. */
static int uc_character(const char *at, unsigned *code) {
  const unsigned char *byte = (const unsigned char *)at;
  int more = *byte < 0x80 ? 0 : *byte >= 0xc2 && *byte < 0xe0 ? 1 : *byte < 0xf0 ? 2 : 3;
  int index;
  if (*byte == 0 || (*byte >= 0x80 && *byte < 0xc2) || *byte > 0xf4) return 0;
  *code = more == 0 ? *byte : *byte & (0x3fu >> more);
  for (index = 1; index <= more; index++) {
    if ((byte[index] & 0xc0) != 0x80) return 0;
    *code = *code << 6 | (byte[index] & 0x3fu);
  }
  if (more == 2 && (*code < 0x800 || (*code >= 0xd800 && *code < 0xe000))) return 0;
  if (more == 3 && (*code < 0x10000 || *code > 0x10ffff)) return 0;
  return more + 1;
}

/* Whether this is UTF-8 without control characters, of 1 to MOST characters of JavaScript. */
static int uc_is_plain(const char *text, size_t most) {
  size_t length = 0;
  unsigned code = 0;
  if (!text) return 0;
  while (*text) {
    int bytes = uc_character(text, &code);
    if (!bytes || code < 0x20 || (code >= 0x7f && code < 0xa0)) return 0;
    length += code > 0xffff ? 2 : 1;
    text += bytes;
  }
  return length > 0 && length <= most;
}

/* A text in JSON as JavaScript writes it, with its quotes. */
static void uc_add_string(uc_text *text, const char *value) {
  uc_add(text, "\"");
  while (*value) {
    unsigned code = 0;
    int bytes = uc_character(value, &code);
    const char *special = strchr("\"\\\b\f\n\r\t", *value);
    if (!bytes) uc_add(text, "\357\277\275");
    else if (special) uc_addf(text, "\\%c", "\"\\bfnrt"[special - "\"\\\b\f\n\r\t"]);
    else if (code < 0x20) uc_addf(text, "\\u%04x", code);
    else uc_put(text, value, (size_t)bytes);
    value += bytes ? bytes : 1;
  }
  uc_add(text, "\"");
}

/* A text in JSON, or null. */
static void uc_add_value(uc_text *text, const char *value) {
  if (value) uc_add_string(text, value);
  else uc_add(text, "null");
}

/* A number as JavaScript writes it: the fewest digits that give the same number again. */
static void uc_add_number(uc_text *text, double number) {
  char digits[40], *last, sign = number < 0 ? '-' : '+';
  int precision, exponent, count, index;
  if (number == 0) {
    uc_add(text, "0");
    return;
  }
  for (precision = 0; precision < 17; precision++) {
    snprintf(digits, sizeof digits, "%.*e", precision, number < 0 ? -number : number);
    if (strtod(digits, NULL) == (number < 0 ? -number : number)) break;
    /* A tie was rounded to the even digit, and the odd one may be right. */
    last = strchr(digits, 'e') - 1;
    if (*last >= '9') continue;
    ++*last;
    if (strtod(digits, NULL) == (number < 0 ? -number : number)) break;
  }
  exponent = atoi(strchr(digits, 'e') + 1);
  *strchr(digits, 'e') = 0;
  if (digits[1]) memmove(digits + 1, digits + 2, strlen(digits + 1));
  count = (int)strlen(digits);
  if (sign == '-') uc_add(text, "-");
  if (exponent < -6 || exponent > 20) {
    uc_put(text, digits, 1);
    if (count > 1) uc_addf(text, ".%s", digits + 1);
    uc_addf(text, "e%+d", exponent);
    return;
  }
  if (exponent < 0) uc_addf(text, "0.%.*s", -exponent - 1, "000000");
  for (index = 0; index < count || index <= exponent; index++) {
    if (index == exponent + 1 && exponent >= 0) uc_add(text, ".");
    uc_put(text, index < count ? digits + index : "0", 1);
  }
}

/* Seconds with three decimals, or null below 0. */
static void uc_add_seconds(uc_text *text, double seconds) {
  if (seconds < 0) uc_add(text, "null");
  else uc_add_number(text, (double)(int64_t)(seconds * 1000 + 0.5) / 1000);
}

/* The number that a text is, without blanks or words such as inf: whether there is one. */
static int uc_read_number(const char *text, double *number) {
  char *end = NULL;
  while (*text == ' ') text++;
  if (!*text || strspn(text, "0123456789+-.eE ") != strlen(text)) return 0;
  *number = strtod(text, &end);
  while (end && *end == ' ') end++;
  return end && !*end && *number > -1.7e308 && *number < 1.7e308;
}

/* Whether a text fits a regular expression of POSIX, which reads bytes. */
static int uc_fits(const char *text, const char *pattern) {
  regex_t compiled;
  int fits;
  if (regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB)) return 0;
  fits = !regexec(&compiled, text, 0, NULL, 0);
  regfree(&compiled);
  return fits;
}

/* Whether a word is one of a list that ends with NULL. */
static int uc_is_one_of(const char *word, const char *const *list) {
  for (; *list; list++)
    if (!strcmp(*list, word)) return 1;
  return 0;
}

/* --- Reading JSON: for settings, policies and answers ---------------------------------------- */

/* A value of JSON. KIND is o(bject), a(rray), s(tring), d (number), t(rue), f(alse) or n(ull). AT
 * and LENGTH are its text; TEXT is a string without escapes. NAME is its key in an object. */
typedef struct uc_json {
  char kind;
  const char *at;
  size_t length;
  char *text, *name;
  struct uc_json *first, *next;
} uc_json;

static void uc_free_json(uc_json *value) {
  while (value) {
    uc_json *next = value->next;
    uc_free_json(value->first);
    free(value->text);
    free(value->name);
    free(value);
    value = next;
  }
}

static void uc_skip_blanks(const char **at) { *at += strspn(*at, " \t\n\r"); }

/* Four hex digits, or -1. */
static long uc_read_hex(const char *at) {
  char digits[5] = {0, 0, 0, 0, 0};
  int index;
  for (index = 0; index < 4; index++) {
    if (!isxdigit((unsigned char)at[index])) return -1;
    digits[index] = at[index];
  }
  return strtol(digits, NULL, 16);
}

static void uc_add_code(uc_text *text, unsigned long code) {
  char bytes[4];
  if (code < 0x80) {
    bytes[0] = (char)code;
    uc_put(text, bytes, 1);
  } else if (code < 0x800) {
    bytes[0] = (char)(0xc0 | code >> 6);
    bytes[1] = (char)(0x80 | (code & 0x3f));
    uc_put(text, bytes, 2);
  } else if (code < 0x10000) {
    bytes[0] = (char)(0xe0 | code >> 12);
    bytes[1] = (char)(0x80 | (code >> 6 & 0x3f));
    bytes[2] = (char)(0x80 | (code & 0x3f));
    uc_put(text, bytes, 3);
  } else {
    bytes[0] = (char)(0xf0 | code >> 18);
    bytes[1] = (char)(0x80 | (code >> 12 & 0x3f));
    bytes[2] = (char)(0x80 | (code >> 6 & 0x3f));
    bytes[3] = (char)(0x80 | (code & 0x3f));
    uc_put(text, bytes, 4);
  }
}

/* The escape behind a backslash: whether it is one. A half of a pair is a character of its own. */
static int uc_read_escape(const char **at, uc_text *text) {
  static const char names[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
  const char *special = **at ? strchr(names, **at) : NULL;
  long code, low;
  if (special) {
    uc_put(text, meanings + (special - names), 1);
    ++*at;
    return 1;
  }
  if (**at != 'u' || (code = uc_read_hex(*at + 1)) < 0) return 0;
  *at += 5;
  if (code >= 0xd800 && code < 0xdc00 && (*at)[0] == '\\' && (*at)[1] == 'u') {
    low = uc_read_hex(*at + 2);
    if (low >= 0xdc00 && low < 0xe000) {
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
      *at += 6;
    }
  }
  uc_add_code(text, code == 0 ? 0xfffdul : (unsigned long)code);
  return 1;
}

/* The string at AT, without escapes, or NULL if it is none. U+0000 becomes another character. */
static char *uc_read_string(const char **at) {
  uc_text text = {NULL, 0, 0, 0};
  uc_put(&text, "", 0);
  if (*(*at)++ != '"') text.is_broken = 1;
  while (!text.is_broken && **at != '"') {
    if ((unsigned char)**at < 0x20) break;
    if (**at == '\\') {
      ++*at;
      if (!uc_read_escape(at, &text)) break;
    } else uc_put(&text, (*at)++, 1);
  }
  if (text.is_broken || **at != '"') {
    free(text.at);
    return NULL;
  }
  ++*at;
  return text.at;
}

static uc_json *uc_read_value(const char **at, int depth);

/* The entries of an object or an array: whether they are right. */
static int uc_read_entries(const char **at, uc_json *owner, int depth) {
  uc_json **last = &owner->first;
  char close = owner->kind == 'o' ? '}' : ']';
  ++*at;
  uc_skip_blanks(at);
  if (**at == close) {
    ++*at;
    return 1;
  }
  for (;;) {
    char *name = NULL;
    uc_skip_blanks(at);
    if (owner->kind == 'o') {
      if (**at != '"' || !(name = uc_read_string(at))) return 0;
      uc_skip_blanks(at);
      if (*(*at)++ != ':') {
        free(name);
        return 0;
      }
    }
    *last = uc_read_value(at, depth - 1);
    if (!*last) {
      free(name);
      return 0;
    }
    (*last)->name = name;
    last = &(*last)->next;
    uc_skip_blanks(at);
    if (**at == close) {
      ++*at;
      return 1;
    }
    if (*(*at)++ != ',') return 0;
  }
}

/* The value at AT, to be freed, or NULL if it is none. */
static uc_json *uc_read_value(const char **at, int depth) {
  static const char *const words[] = {"true", "false", "null"};
  uc_json *value = depth > 0 ? (uc_json *)calloc(1, sizeof *value) : NULL;
  int is_right = 0, index;
  if (!value) return NULL;
  uc_skip_blanks(at);
  value->at = *at;
  if (**at == '{' || **at == '[') {
    value->kind = **at == '{' ? 'o' : 'a';
    is_right = uc_read_entries(at, value, depth);
  } else if (**at == '"') {
    value->kind = 's';
    value->text = uc_read_string(at);
    is_right = value->text != NULL;
  } else if (**at == '-' || isdigit((unsigned char)**at)) {
    const char *digit = *at + (**at == '-');
    value->kind = 'd';
    is_right =
        isdigit((unsigned char)*digit) && (*digit != '0' || !isdigit((unsigned char)digit[1]));
    *at = digit + strspn(digit, "0123456789");
    if (**at == '.') {
      is_right = is_right && isdigit((unsigned char)(*at)[1]);
      *at += 1 + strspn(*at + 1, "0123456789");
    }
    if (**at == 'e' || **at == 'E') {
      *at += (*at)[1] == '+' || (*at)[1] == '-' ? 2 : 1;
      is_right = is_right && isdigit((unsigned char)**at);
      *at += strspn(*at, "0123456789");
    }
  } else
    for (index = 0; index < 3; index++)
      if (!strncmp(*at, words[index], strlen(words[index]))) {
        value->kind = words[index][0];
        *at += strlen(words[index]);
        is_right = 1;
      }
  value->length = (size_t)(*at - value->at);
  if (is_right) return value;
  uc_free_json(value);
  return NULL;
}

/* The JSON of a whole text, which must outlive it; to be freed. NULL if it is none. */
static uc_json *uc_parse(const char *text) {
  const char *at = text;
  uc_json *value = text ? uc_read_value(&at, 32) : NULL;
  if (!value) return NULL;
  uc_skip_blanks(&at);
  if (!*at) return value;
  uc_free_json(value);
  return NULL;
}

/* The value of a key, or NULL. */
static uc_json *uc_get(const uc_json *object, const char *name) {
  uc_json *entry = object && object->kind == 'o' ? object->first : NULL;
  while (entry && strcmp(entry->name, name)) entry = entry->next;
  return entry;
}

/* The text of a key, or NULL if there is none or it is no string. */
static const char *uc_get_text(const uc_json *object, const char *name) {
  const uc_json *value = uc_get(object, name);
  return value && value->kind == 's' ? value->text : NULL;
}

/* The number of a key; FALLBACK if there is none. */
static double uc_get_number(const uc_json *object, const char *name, double fallback) {
  const uc_json *value = uc_get(object, name);
  return value && value->kind == 'd' ? strtod(value->at, NULL) : fallback;
}

/* --- Files: written whole or not at all, for their owner alone ------------------------------- */

/* Joins two parts of a path with a slash: whether there is room. */
static int uc_join(char *path, const char *folder, const char *name) {
  int length = snprintf(path, UC_PATH, "%s/%s", folder, name);
  if (length > 0 && length < UC_PATH) return 1;
  *path = 0;
  return 0;
}

/* Makes a folder and those above it. A failure shows when a file is written into it. */
static void uc_make_folder(const char *path) {
  char part[UC_PATH];
  char *slash;
  struct stat found;
  if (!stat(path, &found) || strlen(path) >= sizeof part) return;
  strcpy(part, path);
  for (slash = strchr(part + 1, '/');; slash = strchr(slash + 1, '/')) {
    if (slash) *slash = 0;
    if (!mkdir(part, 0700)) (void)!chmod(part, 0700); /* Whatever the umask is. */
    if (!slash) return;
    *slash = '/';
  }
}

/* 1: anything is there, even a link to nothing; 0: nothing; -1: that cannot be known. */
static int uc_exists(const char *path) {
  struct stat found;
  if (!lstat(path, &found)) return 1;
  return errno == ENOENT ? 0 : -1;
}

/* Seconds since 1970 at which a file was changed, or -1. */
static double uc_changed_at(const char *path) {
  struct stat found;
  return stat(path, &found) ? -1 : (double)found.st_mtime;
}

/* Fills BYTES with randomness of the system: whether there is any. */
static int uc_random(unsigned char *bytes, size_t length) {
  int device = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
  ssize_t got = device < 0 ? -1 : read(device, bytes, length);
  if (device >= 0) close(device);
  return got == (ssize_t)length;
}

static void uc_add_hex(uc_text *text, const unsigned char *bytes, size_t length) {
  size_t index;
  for (index = 0; index < length; index++) uc_addf(text, "%02x", bytes[index]);
}

/* Writes a file in one step: nobody sees a part of it, and a failure leaves nothing. IS_NEW: fails
 * where there is one already, instead of replacing it. Whether it is written. */
static int uc_write_file_as(const char *path, const char *content, size_t length, int is_new,
                            mode_t mode) {
  char folder[UC_PATH], temporary[UC_PATH];
  const char *name = strrchr(path, '/');
  unsigned char chance[8];
  uc_text random = {NULL, 0, 0, 0};
  struct stat found;
  int file = -1, is_written = 0;
  if (!name || name == path || strlen(path) >= UC_PATH || !uc_random(chance, sizeof chance))
    return 0;
  snprintf(folder, sizeof folder, "%.*s", (int)(name - path), path);
  uc_add_hex(&random, chance, sizeof chance);
  if (!random.is_broken && snprintf(temporary, sizeof temporary, "%s/.%s.%s.tmp", folder, name + 1,
                                    random.at) < UC_PATH) {
    uc_make_folder(folder);
    file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  }
  uc_free(&random);
  if (file < 0) return 0;
  if (!fstat(file, &found) && (found.st_mode & 0777) != mode) (void)!fchmod(file, mode);
  while (length > 0) {
    ssize_t written = write(file, content, length);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) break;
    content += written;
    length -= (size_t)written;
  }
  if (!close(file) && length == 0) {
    if (!is_new) is_written = !rename(temporary, path);
    else if (!link(temporary, path)) is_written = 1;
    else if (errno != EEXIST && uc_exists(path) == 0) is_written = !rename(temporary, path);
  }
  if (!is_written || is_new) unlink(temporary);
  return is_written;
}

static int uc_write_file(const char *path, const char *content, size_t length, int is_new) {
  return uc_write_file_as(path, content, length, is_new, 0600);
}

static int uc_write_text(const char *path, const uc_text *text) {
  return !text->is_broken && text->at && uc_write_file(path, text->at, text->length, 0);
}

/* The content of a file, to be freed: NULL where there is none, it cannot be read, has more than
 * 4 MiB, or is a device or a pipe that would have the program wait. */
static char *uc_read_file(const char *path) {
  struct stat found;
  uc_text content = {NULL, 0, 0, 0};
  char part[4096];
  ssize_t got = 0;
  int file;
  if (stat(path, &found) || !S_ISREG(found.st_mode)) return NULL;
  file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  if (file < 0) return NULL;
  uc_put(&content, "", 0);
  do {
    if (got > 0) uc_put(&content, part, (size_t)got);
    got = read(file, part, sizeof part);
  } while ((got > 0 || (got < 0 && errno == EINTR)) && content.length <= 4u << 20);
  close(file);
  if (got == 0 && !content.is_broken && strlen(content.at) == content.length) return content.at;
  uc_free(&content);
  return NULL;
}

/* The first line of a file, without blanks at its ends, in LINE: whether there is one. */
static int uc_read_line(const char *path, char *line, size_t room) {
  char *content = uc_read_file(path);
  char *begin = content;
  size_t length;
  *line = 0;
  if (!content) return 0;
  begin += strspn(begin, " \t\r\n");
  length = strcspn(begin, "\n");
  while (length > 0 && isspace((unsigned char)begin[length - 1])) length--;
  if (length < room) snprintf(line, room, "%.*s", (int)length, begin);
  free(content);
  return *line != 0;
}

static int uc_compare_names(const void *one, const void *other) {
  return strcmp(*(char *const *)one, *(char *const *)other);
}

/* The sorted names in a folder, without hidden ones; ends with NULL, for uc_free_names. */
static char **uc_list_names(const char *path, size_t *count) {
  DIR *folder = opendir(path);
  struct dirent *entry;
  size_t room = 64;
  char **names = (char **)calloc(room, sizeof *names);
  *count = 0;
  while (folder && names && (entry = readdir(folder))) {
    char *name = entry->d_name[0] == '.' ? NULL : strdup(entry->d_name);
    if (!name) continue;
    if (*count + 2 > room) {
      char **more = (char **)realloc(names, (room *= 2) * sizeof *names);
      if (!more) {
        free(name);
        break;
      }
      names = more;
    }
    names[(*count)++] = name;
    names[*count] = NULL;
  }
  if (folder) closedir(folder);
  if (names && *count > 1) qsort(names, *count, sizeof *names, uc_compare_names);
  return names;
}

static void uc_free_names(char **names) {
  char **name;
  for (name = names; name && *name; name++) free(*name);
  free(names);
}

/* --- Time and ids ---------------------------------------------------------------------------- */

#define UC_TIME 80

/* Seconds since 1970. */
static double uc_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Seconds of a clock that never jumps, and goes on while the machine is suspended. */
static double uc_elapsed(void) {
  struct timespec now;
#ifdef CLOCK_BOOTTIME
  if (!clock_gettime(CLOCK_BOOTTIME, &now)) return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
#endif
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* A time as text, in UTC with milliseconds. */
static void uc_format_time(double seconds, char *text) {
  int64_t milliseconds = (int64_t)(seconds * 1000);
  time_t whole = (time_t)(milliseconds / 1000);
  struct tm parts;
  memset(&parts, 0, sizeof parts);
  gmtime_r(&whole, &parts);
  snprintf(text, UC_TIME, "%04d-%02d-%02dT%02d:%02d:%02d.%03uZ", (parts.tm_year + 1900) % 10000,
           parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
           (unsigned)(milliseconds % 1000) % 1000u);
}

/* Seconds since 1970 of a time as text, or -1. */
static double uc_parse_time(const char *text) {
  int year, month, day, hour, minute, second;
  long days;
  if (!text ||
      sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d", &year, &month, &day, &hour, &minute, &second) < 6)
    return -1;
  year -= month < 3; /* Years begin in March, so that a leap day is the last one. */
  days =
      365L * year + year / 4 - year / 100 + year / 400 + (153 * ((month + 9) % 12) + 2) / 5 + day;
  return (days - 719469L) * 86400.0 + hour * 3600 + minute * 60 + second;
}

/* A UUID of version 7 in ID (37 bytes): whether there is one. It sorts by time, to 1/4096 of a
 * millisecond (RFC 9562, 6.2, method 3), so events within a millisecond keep their order. */
static int uc_new_id(char *id) {
  unsigned char byte[16];
  uint64_t time = (uint64_t)(uc_now() * 1000 * 4096);
  int index;
  *id = 0;
  if (!uc_random(byte, sizeof byte)) return 0;
  for (index = 0; index < 6; index++) byte[index] = (unsigned char)(time >> (52 - 8 * index));
  byte[6] = (unsigned char)(((time >> 8) & 0x0f) | 0x70);
  byte[7] = (unsigned char)time;
  byte[8] = (unsigned char)((byte[8] & 0x3f) | 0x80);
  for (index = 0; index < 16; index++) {
    const char *dash = index == 4 || index == 6 || index == 8 || index == 10 ? "-" : "";
    id += snprintf(id, 4, "%s%02x", dash, byte[index]);
  }
  return 1;
}

/* --- Folders: an absolute path in UTF-8, or the variable that is to blame -------------------- */

/* Below a device there is nothing, and nothing can be created. */
#define UC_NOWHERE "/dev/null/usage"

/* A path without empty parts, "." and "..", as others write it into USAGE_RUN_SCOPE. */
static void uc_normalize(const char *path, char *normal) {
  char *end = normal;
  while (*path) {
    size_t length = strcspn(path, "/");
    if (length == 2 && !strncmp(path, "..", 2)) {
      while (end > normal && *--end != '/') continue;
    } else if (length > 0 && !(length == 1 && *path == '.')) {
      *end++ = '/';
      memcpy(end, path, length);
      end += length;
    }
    path += length;
    path += strspn(path, "/");
  }
  if (end == normal) *end++ = '/';
  *end = 0;
}

static int uc_is_folder_name(const char *path) {
  return path && *path == '/' && strlen(path) < UC_PATH / 2 && !strstr(path, "\357\277\275") &&
         uc_is_plain(path, UC_PATH);
}

/* One of the two folders: its own variable, that of XDG, or the place of the platform. Returns the
 * variable because of which there is none, or NULL. */
static const char *uc_find_folder(int is_state, char *path) {
  const char *names[] = {is_state ? "USAGE_STATE_DIR" : "USAGE_CONFIG_DIR",
                         is_state ? "XDG_STATE_HOME" : "XDG_CONFIG_HOME", "HOME"};
#ifdef __APPLE__
  const char *below = is_state ? "Library/Application Support/usage" : "Library/Preferences/usage";
#else
  const char *below = is_state ? ".local/state/usage" : ".config/usage";
#endif
  const char *ends[] = {"", "usage", below};
  const char *value = NULL;
  char joined[UC_PATH];
  int index;
  for (index = 0; index < 3; index++) {
    value = getenv(names[index]);
    if (index == 2 || (value && (index == 0 ? *value : *value == '/'))) break;
  }
  strcpy(path, UC_NOWHERE);
  if (!uc_is_folder_name(value) || !uc_join(joined, value, ends[index])) return names[index];
  uc_normalize(joined, path);
  return NULL;
}

/* A path in the folder of settings, in the state folder, or in that of the project's events. */
static void uc_config_path(char *path, const char *name) {
  char folder[UC_PATH];
  uc_find_folder(0, folder);
  uc_join(path, folder, name);
}

static void uc_state_path(char *path, const char *name) {
  char folder[UC_PATH];
  uc_find_folder(1, folder);
  if (*name) uc_join(path, folder, name);
  else strcpy(path, folder);
}

static void uc_project_path(char *path, const char *name) {
  char folder[UC_PATH];
  uc_state_path(folder, uc_folder);
  if (*name) uc_join(path, folder, name);
  else strcpy(path, folder);
}

/* --- The site policy: an unknown key or value is an opt-out ---------------------------------- */

#define UC_ID "^[a-z][a-z0-9-]{0,39}$"

/* Whether an object has only these keys, and none twice. */
static int uc_has_only(const uc_json *object, const char *const *keys) {
  const uc_json *entry, *other;
  for (entry = object->first; entry; entry = entry->next) {
    if (!uc_is_one_of(entry->name, keys)) return 0;
    for (other = entry->next; other; other = other->next)
      if (!strcmp(entry->name, other->name)) return 0;
  }
  return 1;
}

/* 1: on, 0: off, -1: another word. A missing word switches nothing off. */
static int uc_read_word(const uc_json *word) {
  if (!word || word->kind == 't') return 1;
  if (word->kind == 'f') return 0;
  if (word->kind != 's') return -1;
  return !strcmp(word->text, "on") ? 1 : !strcmp(word->text, "off") ? 0 : -1;
}

/* Whether the place to which rules send events is one. */
static int uc_is_place(const uc_json *rules) {
  static const char *const keys[] = {"http", NULL};
  const uc_json *inbox = uc_get(rules, "inbox"), *address = uc_get(rules, "endpoint");
  const uc_json *key = uc_get(rules, "writeKey");
  if (inbox &&
      (inbox->kind != 's' ||
       !uc_fits(inbox->text, "^(file://)?/[^/?#%\001-\037\177][^?#%\001-\037\177]{0,254}$")))
    return 0;
  if (key &&
      (key->kind != 's' || !uc_fits(key->text, "^[!-~]+$") || strlen(key->text) > 256 || !address))
    return 0;
  if (address && address->kind == 'o') {
    if (!uc_has_only(address, keys) || !(address = uc_get(address, "http"))) return 0;
  }
  return !address ||
         (address->kind == 's' && uc_fits(address->text, "^https?://[0-9A-Za-z][0-9A-Za-z.-]*"
                                                         "(:[0-9]{1,5})?(/[0-9A-Za-z._~/-]*)?$"));
}

/* Whether a policy lets this project count. Where it sends events of this project to another place,
 * it does not: this client sends to that of the project. */
static int uc_is_policy_on(const uc_json *policy) {
  static const char *const keys[] = {"tracking", "projects", "allow",     "notice",
                                     "$schema",  "contact",  "policyUrl", NULL};
  static const char *const texts[] = {"$schema", "contact", "policyUrl", "notice", NULL};
  static const char *const own_keys[] = {"tracking", "inbox", "endpoint", "writeKey", NULL};
  const uc_json *projects, *allow, *entry;
  int is_on, is_allowed, index;
  if (!policy || policy->kind != 'o' || !uc_has_only(policy, keys)) return 0;
  is_on = uc_read_word(uc_get(policy, "tracking")) == 1;
  for (index = 0; texts[index]; index++)
    if (uc_get(policy, texts[index]) && !uc_get_text(policy, texts[index])) return 0;
  if (uc_get(policy, "notice") && strcmp(uc_get_text(policy, "notice"), "given")) return 0;
  projects = uc_get(policy, "projects");
  if (projects && projects->kind != 'o') return 0;
  for (entry = projects ? projects->first : NULL; entry; entry = entry->next) {
    const uc_json *word = entry->kind == 'o' ? uc_get(entry, "tracking") : entry;
    const uc_json *other;
    int is_own = !strcmp(entry->name, uc_project);
    for (other = entry->next; other; other = other->next)
      if (!strcmp(entry->name, other->name)) return 0;
    if (!uc_fits(entry->name, UC_ID) || uc_read_word(word) < 0) return 0;
    if (entry->kind == 'o' && (!uc_has_only(entry, own_keys) || !uc_is_place(entry))) return 0;
    if (is_own && uc_read_word(word) != 1) is_on = 0;
    if (is_own && (uc_get(entry, "inbox") || uc_get(entry, "endpoint"))) is_on = 0;
  }
  allow = uc_get(policy, "allow");
  if (allow && allow->kind != 'a') return 0;
  is_allowed = !allow;
  for (entry = allow ? allow->first : NULL; entry; entry = entry->next) {
    if (entry->kind != 's' || !uc_fits(entry->text, UC_ID)) return 0;
    if (!strcmp(entry->text, uc_project)) is_allowed = 1;
  }
  return is_on && is_allowed;
}

/* The file by which the site opts out, or an empty text; and whether the site has given notice. */
static void uc_read_site(char *decided_by, int *has_given_notice) {
  static const char policy_path[] = "/etc/usage/policy.json";
  uc_json *policy;
  char *content;
  *has_given_notice = 0;
  strcpy(decided_by, "/etc/usage/off");
  if (uc_exists(decided_by)) return;
  uc_join(decided_by, "/etc/usage/off.d", uc_project);
  if (uc_exists(decided_by)) return;
  strcpy(decided_by, policy_path);
  if (!uc_exists(policy_path)) {
    *decided_by = 0;
    return;
  }
  content = uc_read_file(policy_path);
  policy = uc_parse(content);
  *has_given_notice = policy && uc_get(policy, "notice") != NULL;
  if (uc_is_policy_on(policy)) *decided_by = 0;
  uc_free_json(policy);
  free(content);
}

/* --- Consent: every rule can only say no; the first that does is the reason ------------------ */

/* What was decided. REASON is "allowed" where events are recorded; DECIDED_BY may be empty. */
typedef struct uc_consent {
  const char *reason;
  char decided_by[UC_PATH];
  int may_send;
} uc_consent;

static int uc_is_allowed(const uc_consent *consent) { return !strcmp(consent->reason, "allowed"); }

/* Whether the value of a variable is one of a list, without blanks at its ends, in lower case. */
static int uc_is_silent(const char *variable, const char *const *silent) {
  const char *value = *variable ? getenv(variable) : NULL;
  char word[16];
  size_t length = 0;
  value = value ? value + strspn(value, " \t\r\n\v\f") : "";
  while (length < sizeof word - 1 && value[length]) {
    word[length] = (char)tolower((unsigned char)value[length]);
    length++;
  }
  if (value[length]) length = sizeof word - 1;
  word[length] = 0;
  while (length > 0 && isspace((unsigned char)word[length - 1])) word[--length] = 0;
  return uc_is_one_of(word, silent);
}

/* Whether the environment has a sign of a CI system or an agent: "*" alone is any word that does
 * not say no. */
static int uc_has_sign(const char *variable, const char *pattern) {
  static const char *const noes[] = {"", "0", "no", "off", "false", NULL};
  const char *value = getenv(variable);
  if (!value || !*value) return 0;
  return strcmp(pattern, "*") ? !fnmatch(pattern, value, 0) : !uc_is_silent(variable, noes);
}

/* The CI system that this runs in, or NULL, and whether it is certain. CI=true alone labels a run,
 * and opens nothing. A row of the table: id, "yes" if CI must say yes, variables with patterns. */
static const char *uc_find_ci(int *is_certain) {
  static const char *const yeses[] = {"1", "on", "yes", "true", NULL};
  const char *ci = getenv("CI");
  const char *const *row = uc_ci_systems;
  int says_ci = uc_is_silent("CI", yeses) && ci && !isspace((unsigned char)*ci);
  *is_certain = 0;
  if (ci && *ci && !uc_has_sign("CI", "*")) return NULL;
  while (*row) {
    const char *id = row[0];
    int fits = says_ci || strcmp(row[1], "yes");
    for (row += 2; *row; row += 2) fits = fits && uc_has_sign(row[0], row[1]);
    row++;
    if (!fits) continue;
    *is_certain = 1;
    return id;
  }
  return says_ci ? "ci" : NULL;
}

/* The coding agent that runs this program, or NULL. */
static const char *uc_find_agent(void) {
  const char *const *row;
  for (row = uc_agents; *row; row += 3)
    if (uc_has_sign(row[0], row[1])) return row[2];
  return NULL;
}

/* Reads settings or an opt-in: 1 if there is one, 0 if not, -1 if it cannot be read. */
static int uc_read_object(const char *path, char **content, uc_json **object) {
  *content = NULL;
  *object = NULL;
  if (!uc_exists(path)) return 0;
  *content = uc_read_file(path);
  *object = uc_parse(*content);
  return *object && (*object)->kind == 'o' ? 1 : -1;
}

/* The opt-in of the person: 1 if there is one, 0 if not, -1 if it or the settings cannot be read.
 * Its times go to YES_AT and NOT_BEFORE (UC_TIME bytes each), if they are not NULL. */
static int uc_read_opt_in(char *not_before) {
  char path[UC_PATH], name[64];
  char *content = NULL;
  uc_json *object = NULL;
  int found;
  if (not_before) *not_before = 0;
  uc_config_path(path, "settings.json");
  found = uc_read_object(path, &content, &object);
  uc_free_json(object);
  free(content);
  if (found < 0) return -1;
  snprintf(name, sizeof name, "optin.d/%s.json", uc_project);
  uc_config_path(path, name);
  found = uc_read_object(path, &content, &object);
  if (found > 0) {
    const char *since = uc_get_text(object, "notBefore");
    if (uc_parse_time(uc_get_text(object, "yesAt")) < 0) found = -1;
    if (since && not_before) snprintf(not_before, UC_TIME, "%s", since);
  }
  uc_free_json(object);
  free(content);
  return found;
}

/* Shortens a path to itself or the nearest folder above it that exists. */
static void uc_find_nearest(char *path) {
  while (uc_exists(path) == 0) {
    char *slash = strrchr(path, '/');
    if (!slash || !path[1]) return;
    if (slash == path) slash++;
    *slash = 0;
  }
}

/* Whether a file can be made there, in a folder of this user: a folder that root makes in the home
 * of somebody else would lock its owner out. */
static int uc_is_writable(const char *name) {
  char path[UC_PATH], state[UC_PATH];
  struct stat found;
  uc_project_path(path, name);
  uc_state_path(state, "");
  uc_find_nearest(path);
  if (stat(path, &found) || !S_ISDIR(found.st_mode) || access(path, R_OK | W_OK | X_OK)) return 0;
  return found.st_uid == geteuid() || (strlen(path) < strlen(state) && geteuid() != 0);
}

/* Whether the job or the image opts in to exactly this version of what is collected. */
static int uc_has_job_consent(void) {
  const char *value = getenv("USAGE_CONSENT");
  char own[128];
  size_t length = (size_t)snprintf(own, sizeof own, "%s@%s", uc_project, uc_version);
  while (value && *value) {
    size_t word = strcspn(value, ", \t\r\n\v\f");
    if (word == length && !strncmp(value, own, length)) return 1;
    value += word;
    value += strspn(value, ", \t\r\n\v\f");
  }
  return 0;
}

/* The path of the file that shows that the notice was shown, or that opens sending. */
static void uc_notice_path(char *path, const char *ending) {
  char name[64];
  snprintf(name, sizeof name, "notice-%s%s", uc_version, ending);
  uc_project_path(path, name);
}

static uc_consent uc_decide(void) {
  static const char *const opt_outs[] = {"user-opt-out", "project-opt-out"};
  uc_consent consent;
  char path[UC_PATH], name[64];
  const char *ci, *lost_settings, *lost_state;
  int has_given_notice, opt_in, is_certain, index, is_readable;
  struct stat found;
  char *by = consent.decided_by;
  consent.may_send = 0;
  consent.reason = "site-policy";
  uc_read_site(by, &has_given_notice);
  if (*by) return consent;
  consent.reason = "do-not-track";
  strcpy(by, "DO_NOT_TRACK");
  if (!uc_is_silent(by, uc_silent_do_not_track)) return consent;
  consent.reason = "usage-tracking";
  strcpy(by, "USAGE_TRACKING");
  if (!uc_is_silent(by, uc_silent_tracking)) return consent;
  consent.reason = "project-variable";
  strcpy(by, uc_own_variable);
  if (!uc_is_silent(by, uc_silent_tracking)) return consent;
  lost_settings = uc_find_folder(0, path);
  lost_state = uc_find_folder(1, path);
  uc_config_path(path, "settings.json");
  *strrchr(path, '/') = 0;
  uc_find_nearest(path);
  is_readable = !stat(path, &found) && S_ISDIR(found.st_mode) && !lost_settings;
  for (index = 0; index < 2; index++) {
    snprintf(name, sizeof name, "optout.d/%s", uc_project);
    uc_config_path(by, index == 0 ? "optout" : name);
    consent.reason = opt_outs[index];
    if (uc_exists(by) > 0) return consent;
    is_readable = is_readable && uc_exists(by) == 0;
  }
  opt_in = uc_read_opt_in(NULL);
  ci = uc_find_ci(&is_certain);
  consent.reason = "ci";
  snprintf(by, UC_PATH, "%s", ci ? ci : "");
  if (ci && !uc_counts_ci) return consent;
  *by = 0;
  consent.reason = "not-opted-in";
  if (uc_asks_first && !uc_has_job_consent() && opt_in <= 0) return consent;
  consent.reason = "settings-unreadable";
  snprintf(by, UC_PATH, "%s", lost_settings ? lost_settings : "");
  if (!is_readable || opt_in < 0) return consent;
  consent.reason = "state-not-writable";
  snprintf(by, UC_PATH, "%s", lost_state ? lost_state : "");
  if (lost_state || !uc_is_writable("buffer/new") || !uc_is_writable("runs")) return consent;
  uc_notice_path(path, ".open");
  consent.may_send = has_given_notice || is_certain || uc_has_job_consent() || !stat(path, &found);
  consent.reason = "allowed";
  *by = 0;
  return consent;
}

/* --- What may be recorded: what the project declares, and nothing else ----------------------- */

/* Counts what is not recorded or not sent. KEY: an id, or NULL for a new one. */
static void uc_drop(const char *reason, long count, const char *key) {
  char path[UC_PATH], name[160], id[37], now[UC_TIME];
  uc_text text = {NULL, 0, 0, 0};
  if (count <= 0 || (!key && !uc_new_id(id))) return;
  uc_format_time(uc_now(), now);
  snprintf(name, sizeof name, "drops/%.64s.%.32s.json", key ? key : id, reason);
  uc_project_path(path, name);
  uc_addf(&text, "{\"reason\":\"%s\",\"count\":%ld,\"time\":\"%s\"}", reason, count, now);
  uc_write_text(path, &text);
  uc_free(&text);
}

/* Adds a value to TEXT as its field is declared: whether it fits. */
static int uc_add_declared(uc_text *text, const uc_declared *field, const char *value) {
  double number;
  switch (field->kind) {
  case 'b':
    if (strcmp(value, "true") && strcmp(value, "false")) return 0;
    uc_add(text, value);
    return 1;
  case 'i':
  case 'n':
    if (!uc_read_number(value, &number) || number < field->least || number > field->most) return 0;
    if (field->kind == 'i' && (number > 9007199254740991.0 || number < -9007199254740991.0 ||
                               (double)(int64_t)number != number))
      return 0;
    uc_add_number(text, number);
    return 1;
  default:
    if (!uc_is_plain(value, 256)) return 0;
    if (field->kind == 'e' ? !uc_is_one_of(value, field->values) : !uc_fits(value, *field->values))
      return 0;
    uc_add_string(text, value);
    return 1;
  }
}

static const uc_declared *uc_find_declared(const uc_declared *list, const char *name) {
  while (list->name && strcmp(list->name, name)) list++;
  return list->name ? list : NULL;
}

/* Values that wait for the next event: names and values in turn. */
typedef struct uc_values {
  char *words[2 * 64];
  int count;
  long too_many;
} uc_values;

static void uc_clear_values(uc_values *values) {
  while (values->count > 0) free(values->words[--values->count]);
  values->too_many = 0;
}

/* Keeps a value for the next event; the last one of a name counts. */
static void uc_keep_value(uc_values *values, const char *name, const char *value) {
  char *copy = name && value ? strdup(value) : NULL;
  int index;
  for (index = 0; copy && index < values->count; index += 2)
    if (!strcmp(values->words[index], name)) {
      free(values->words[index + 1]);
      values->words[index + 1] = copy;
      return;
    }
  if (!copy || values->count == 2 * 64 || !(values->words[values->count] = strdup(name))) {
    free(copy);
    values->too_many++;
    return;
  }
  values->words[values->count + 1] = copy;
  values->count += 2;
}

/* Adds an object of the values that fit the declared fields, and forgets them; counts the others.
 * NULL instead of an empty object, if EMPTY_IS_NULL. */
static void uc_add_values(uc_text *text, uc_values *values, const uc_declared *list,
                          int empty_is_null) {
  size_t begin = text->length;
  long dropped = values->too_many;
  int index, kept = 0;
  uc_add(text, "{");
  for (index = 0; index < values->count; index += 2) {
    const uc_declared *field = uc_find_declared(list, values->words[index]);
    size_t before = text->length;
    if (kept) uc_add(text, ",");
    uc_addf(text, "\"%.64s\":", field ? field->name : "");
    if (field && uc_add_declared(text, field, values->words[index + 1])) kept++;
    else {
      text->length = before;
      dropped++;
    }
  }
  if (kept || !empty_is_null) uc_add(text, "}");
  else {
    text->length = begin;
    uc_add(text, "null");
  }
  uc_drop("undeclared-field", dropped, NULL);
  uc_clear_values(values);
}

/* Whether the project declares a feature of this type and name, or allows other names. */
static int uc_is_declared_feature(const char *type, const char *name) {
  if (!type || !uc_is_one_of(type, uc_types) || !uc_is_plain(name, 128)) return 0;
  return uc_is_one_of(name, uc_names) ||
         (uc_allows_other && uc_fits(name, "^[0-9A-Za-z ._:+()>-]+$"));
}

/* The name of a signal by its number, in NAME (16 bytes). */
static void uc_name_signal(int number, char *name) {
  static const struct {
    int number;
    const char *name;
  } signals[] = {{SIGHUP, "HUP"},   {SIGINT, "INT"},   {SIGQUIT, "QUIT"}, {SIGILL, "ILL"},
                 {SIGTRAP, "TRAP"}, {SIGABRT, "ABRT"}, {SIGBUS, "BUS"},   {SIGFPE, "FPE"},
                 {SIGKILL, "KILL"}, {SIGUSR1, "USR1"}, {SIGSEGV, "SEGV"}, {SIGUSR2, "USR2"},
                 {SIGPIPE, "PIPE"}, {SIGALRM, "ALRM"}, {SIGTERM, "TERM"}, {SIGXCPU, "XCPU"},
                 {SIGXFSZ, "XFSZ"}, {SIGSYS, "SYS"},   {0, NULL}};
  int index = 0;
  while (signals[index].name && signals[index].number != number) index++;
  if (signals[index].name) snprintf(name, 16, "SIG%s", signals[index].name);
  else snprintf(name, 16, "SIG%d", number);
}

/* --- Durations: the exponential histogram of OpenTelemetry ----------------------------------- */

#define UC_BUCKETS 160

/* The durations of merged uses. Bucket OFFSET + k of SCALE has COUNTS[k]. */
typedef struct uc_timings {
  long n, zeros, counts[UC_BUCKETS];
  double sum, least, most;
  int scale, offset, used;
} uc_timings;

/* Halves the number of buckets: two neighbours become one. */
static void uc_halve(uc_timings *timings) {
  long counts[UC_BUCKETS];
  int offset = timings->offset >> 1, index;
  memset(counts, 0, sizeof counts);
  for (index = 0; index < timings->used; index++)
    counts[((timings->offset + index) >> 1) - offset] += timings->counts[index];
  timings->used = ((timings->offset + timings->used - 1) >> 1) - offset + 1;
  memcpy(timings->counts, counts, sizeof counts);
  timings->offset = offset;
  timings->scale--;
}

static void uc_record_duration(uc_timings *timings, double seconds) {
  int exponent, bucket, index = 0, first, last;
  double mantissa = frexp(seconds, &exponent) * 2;
  if (timings->n == 0) timings->scale = 5;
  timings->n++;
  timings->sum += seconds;
  timings->least = timings->n == 1 || seconds < timings->least ? seconds : timings->least;
  timings->most = timings->n == 1 || seconds > timings->most ? seconds : timings->most;
  if (seconds < 1e-9) {
    timings->zeros++;
    return;
  }
  while (index < 32 && uc_edges[index] < mantissa) index++;
  bucket = (32 * (exponent - 1) + index - 1) >> (5 - timings->scale);
  for (;;) {
    first = timings->used && timings->offset < bucket ? timings->offset : bucket;
    last = timings->used && timings->offset + timings->used - 1 > bucket
               ? timings->offset + timings->used - 1
               : bucket;
    if (last - first < UC_BUCKETS) break;
    uc_halve(timings);
    bucket >>= 1;
  }
  if (timings->used && first < timings->offset)
    memmove(timings->counts + (timings->offset - first), timings->counts,
            (size_t)timings->used * sizeof *timings->counts);
  for (index = first; timings->used && index < timings->offset; index++)
    timings->counts[index - first] = 0;
  timings->offset = first;
  timings->used = last - first + 1;
  timings->counts[bucket - first]++;
}

static void uc_add_timings(uc_text *text, const uc_timings *timings) {
  int index;
  uc_addf(text, "{\"n\":%ld,\"sumSeconds\":", timings->n);
  uc_add_number(text, timings->sum);
  uc_add(text, ",\"minSeconds\":");
  uc_add_number(text, timings->least);
  uc_add(text, ",\"maxSeconds\":");
  uc_add_number(text, timings->most);
  uc_addf(text, ",\"scale\":%d,\"offset\":%d,\"counts\":[", timings->scale, timings->offset);
  for (index = 0; index < timings->used; index++)
    uc_addf(text, "%s%ld", index ? "," : "", timings->counts[index]);
  uc_add(text, "]");
  if (timings->zeros) uc_addf(text, ",\"zeroCount\":%ld", timings->zeros);
  uc_add(text, "}");
}

/* --- Events ---------------------------------------------------------------------------------- */

/* Whether this process counts: not a sender, not a program with the rights of another user, whose
 * environment is not to be trusted, and of an MPI job only rank 0, if the project says so. */
static int uc_is_counted(void) {
  const char *const *row;
  if (getenv("USAGE_SENDER") || getuid() != geteuid() || getgid() != getegid()) return 0;
  for (row = uc_ranks; uc_only_rank_0 && *row; row += 2) {
    const char *rank = getenv(row[0]), *companion = getenv(row[1]);
    if (rank && companion && *companion && uc_fits(rank, "^[0-9]+$"))
      return strspn(rank, "0") == strlen(rank);
  }
  return 1;
}

/* The id of this machine, of which a pseudonym is made; empty where the project wants none. */
static void uc_read_machine_id(char *id) {
  *id = 0;
  if (!uc_wants_host) return;
  if (!uc_read_line("/var/lib/dbus/machine-id", id, 64)) uc_read_line("/etc/machine-id", id, 64);
  if (!uc_fits(id, "^[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}$")) *id = 0;
}

static void uc_read_boot_id(char *id) { uc_read_line("/proc/sys/kernel/random/boot_id", id, 64); }

static void uc_read_host(char *name) {
  if (gethostname(name, 256)) *name = 0;
  name[255] = 0;
}

/* The operating system in a header. */
static void uc_add_system(uc_text *text) {
  static const char *const names[] = {"x86_64", "x64", "aarch64", "arm64", "i686", "ia32", NULL};
  const char *const *name = names;
  struct utsname found;
  char version[32] = "";
  int major, minor;
  if (uname(&found)) {
    uc_add(text, "null");
    return;
  }
  while (*name && strcmp(*name, found.machine)) name += 2;
  if (sscanf(found.release, "%6d.%6d", &major, &minor) == 2)
    snprintf(version, sizeof version, "%d.%d", major, minor);
  uc_add(text, "{\"name\":");
  uc_add_string(text, found.sysname);
  uc_add(text, ",\"version\":");
  uc_add_value(text, *version ? version : NULL);
  uc_add(text, ",\"arch\":");
  uc_add_string(text, *name ? name[1] : found.machine);
  uc_add(text, ",\"readable\":null}");
}

/* Adds a word of a header, or null where it does not fit, which counts. */
static void uc_add_word(uc_text *text, const char *name, const char *value, size_t most) {
  int fits = uc_is_plain(value, most);
  if (value && *value && !fits) uc_drop("undeclared-field", 1, NULL);
  uc_addf(text, "\"%s\":", name);
  uc_add_value(text, fits ? value : NULL);
  uc_add(text, ",");
}

static void uc_add_header(uc_text *text, const char *version, const char *application,
                          const char *commit, const char *component) {
  const char *const *scheduler = uc_schedulers;
  int is_certain;
  while (*scheduler && (!getenv(*scheduler) || !*getenv(*scheduler))) scheduler += 2;
  uc_add(text, "{");
  uc_add_word(text, "application", application, 128);
  uc_add_word(text, "version", version, 64);
  uc_add_word(text, "commit", commit, 64);
  uc_add_word(text, "component", component, 128);
  uc_add(text, "\"os\":");
  uc_add_system(text);
  uc_add(text, ",\"ci\":");
  uc_add_value(text, uc_find_ci(&is_certain));
  uc_add(text, ",\"agent\":");
  uc_add_value(text, uc_find_agent());
  uc_add(text, ",\"scheduler\":");
  uc_add_value(text, *scheduler ? scheduler[1] : NULL);
  uc_add(text, "}");
}

/* Begins an event, up to what is its own. Its local block never leaves this machine. RUN may be
 * NULL. Its id goes to ID (37 bytes): whether there is one. */
static int uc_begin_event(uc_text *text, char *id, const char *type, const char *run, double time,
                          const char *header, const char *script) {
  char host[256], machine[64], boot[64], moment[UC_TIME];
  if (!uc_new_id(id)) return 0;
  uc_format_time(time, moment);
  uc_read_host(host);
  uc_read_machine_id(machine);
  uc_read_boot_id(boot);
  uc_addf(text, "{\"by\":\"usage-c\",\"format\":1,\"id\":\"%s\",\"type\":\"%s\",\"run\":", id,
          type);
  uc_add_value(text, run);
  uc_addf(text, ",\"time\":\"%s\",\"header\":", moment);
  uc_add(text, header);
  uc_add(text, ",\"local\":{\"host\":");
  uc_add_string(text, host);
  uc_add(text, ",\"machineId\":");
  uc_add_value(text, *machine ? machine : NULL);
  uc_add(text, ",\"bootId\":");
  uc_add_value(text, *boot ? boot : NULL);
  uc_add(text, ",\"script\":");
  uc_add_value(text, script);
  uc_add(text, "}");
  return 1;
}

/* Ends an event that waits in TEXT with "}" and a line, writes it, and frees the text: whether it
 * is written. */
static int uc_write_event(uc_text *text, const char *id) {
  char path[UC_PATH], name[64];
  int is_written;
  uc_add(text, "}\n");
  snprintf(name, sizeof name, "buffer/new/%s.json", id);
  uc_project_path(path, name);
  is_written = *id && text->length <= 16384 && uc_write_text(path, text);
  uc_free(text);
  return is_written;
}

/* Keeps the project file beside its events, as `usage` does. */
static void uc_write_project_file(void) {
  char path[UC_PATH];
  uc_text text = {NULL, 0, 0, 0};
  const char *const *part;
  char *kept;
  for (part = uc_document; *part; part++) uc_add(&text, *part);
  uc_project_path(path, "project.json");
  kept = uc_read_file(path);
  if (!text.is_broken && (!kept || strcmp(kept, text.at))) uc_write_text(path, &text);
  free(kept);
  uc_free(&text);
}

/* Counts the events of a file that waits, and removes it. */
static void uc_drop_file(const char *folder, const char *name, const char *reason) {
  char path[UC_PATH], key[64];
  char *content, *at;
  long count = 0;
  if (!uc_join(path, folder, name)) return;
  content = uc_read_file(path);
  for (at = content; at && (at = strchr(at, '\n')); at++) count++;
  free(content);
  snprintf(key, sizeof key, "%.*s", (int)strcspn(name, "."), name);
  uc_drop(reason, count > 0 ? count : 1, key);
  unlink(path);
}

/* After an opt-out nothing waits: counts the events and removes them, and the open runs. */
static void uc_empty_buffer(void) {
  char folder[UC_PATH], path[UC_PATH];
  size_t count, index, inner, inner_count;
  char **names, **claims;
  uc_project_path(folder, "buffer/new");
  names = uc_list_names(folder, &count);
  for (index = 0; index < count; index++) uc_drop_file(folder, names[index], "opted-out");
  uc_free_names(names);
  uc_project_path(folder, "buffer/sending");
  claims = uc_list_names(folder, &count);
  for (index = 0; index < count; index++) {
    if (!uc_join(path, folder, claims[index])) continue;
    names = uc_list_names(path, &inner_count);
    for (inner = 0; inner < inner_count; inner++) uc_drop_file(path, names[inner], "opted-out");
    uc_free_names(names);
  }
  uc_free_names(claims);
  uc_project_path(folder, "runs");
  names = uc_list_names(folder, &count);
  for (index = 0; index < count; index++)
    if (uc_join(path, folder, names[index])) unlink(path);
  uc_free_names(names);
}

/* Decides whether an event may be recorded, and prepares the folder; empties the buffer after an
 * opt-out. */
static int uc_may_record(uc_consent *consent) {
  consent->reason = "";
  if (!uc_is_counted()) return 0;
  *consent = uc_decide();
  if (uc_is_one_of(consent->reason, uc_opt_outs)) uc_empty_buffer();
  if (!uc_is_allowed(consent)) return 0;
  uc_write_project_file();
  return 1;
}

/* --- The callers of this process ------------------------------------------------------------- */

#define UC_CALLERS 64

/* One process: a pid alone is used again by others, so its start belongs to it. */
typedef struct uc_caller {
  long pid;
  char started[24];
  int is_session_leader;
} uc_caller;

/* This process and its callers, nearest first, from /proc; without it, this one and its parent. */
static int uc_read_callers(uc_caller *callers) {
  char path[64], line[1024];
  long next = (long)getpid(), session;
  int count = 0;
  while (next > 0 && count < UC_CALLERS) {
    uc_caller *caller = callers + count;
    const char *fields;
    snprintf(path, sizeof path, "/proc/%ld/stat", next);
    if (!uc_read_line(path, line, sizeof line) || !(fields = strrchr(line, ')'))) break;
    caller->pid = next;
    if (sscanf(fields + 1,
               " %*c %ld %*d %ld %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d "
               "%*d %23s",
               &next, &session, caller->started) < 3)
      break;
    caller->is_session_leader = session == caller->pid;
    count++;
  }
  if (count > 0) return count;
  memset(callers, 0, 2 * sizeof *callers);
  callers[0].pid = (long)getpid();
  callers[1].pid = (long)getppid();
  return 2;
}

/* --- The notice: once, before anything is sent ----------------------------------------------- */

/* The path of the command of this client: beside the program, or on the PATH. Whether there is one.
 */
static int uc_find_command(char *path) {
  const char *folders = getenv("PATH");
  ssize_t length = readlink("/proc/self/exe", path, UC_PATH - 1);
  char folder[UC_PATH];
  if (length > 0) {
    path[length] = 0;
#ifdef USAGE_MAIN
    return 1;
#endif
    *strrchr(path, '/') = 0;
    snprintf(folder, sizeof folder, "%s", path);
    if (uc_join(path, folder, uc_command) && !access(path, X_OK)) return 1;
  }
  while (folders && *folders) {
    size_t one = strcspn(folders, ":");
    if (*folders == '/' && one < UC_PATH / 2) {
      snprintf(folder, sizeof folder, "%.*s", (int)one, folders);
      if (uc_join(path, folder, uc_command) && !access(path, X_OK)) return 1;
    }
    folders += one;
    folders += *folders == ':';
  }
  return 0;
}

/* Adds a text at a width, one line after another; what follows a break is indented. */
static void uc_add_wrapped(uc_text *text, const char *lines, int width) {
  while (*lines) {
    int column = 0, blanks = (int)strspn(lines, " ");
    const char *at = lines + blanks;
    uc_addf(text, "%.*s", blanks, "        ");
    for (column = blanks; *at && *at != '\n'; at += strspn(at, " ")) {
      int word = (int)strcspn(at, " \n");
      if (column > blanks && column + 1 + word > width) {
        uc_add(text, "\n    ");
        column = 4;
      } else if (column > blanks) {
        uc_add(text, " ");
        column++;
      }
      uc_put(text, at, (size_t)word);
      column += word;
      at += word;
    }
    uc_add(text, "\n");
    lines = *at ? at + 1 : at;
  }
}

/* The notice at the width of the terminal, 80 where it is unknown. */
static void uc_write_notice(uc_text *text, int is_certain_ci) {
  char path[UC_PATH], name[64];
  struct winsize size;
  const char *columns = getenv("COLUMNS");
  int width = columns ? atoi(columns) : 0;
  if (width <= 0) width = !ioctl(2, TIOCGWINSZ, &size) && size.ws_col > 0 ? size.ws_col : 80;
  if (width < 20) width = 20;
  uc_add_wrapped(text, is_certain_ci ? uc_ci_notice_head : uc_notice_head, width);
  if (uc_find_command(path)) {
    uc_addf(text, "  To see it: %.2000s status\n", path);
    uc_addf(text, "  To stop it: %.2000s optout\n  or ", path);
  } else uc_add(text, "  To stop it: ");
  uc_add_wrapped(text, uc_notice_end, width);
  snprintf(name, sizeof name, "optout.d/%s", uc_project);
  uc_config_path(path, name);
  uc_addf(text, "    %.4000s\n", path);
}

/* Whether somebody can see standard error. */
static int uc_is_error_visible(void) {
  struct stat output, nothing;
  struct pollfd wait = {2, POLLOUT, 0};
  if (fstat(2, &output) || stat("/dev/null", &nothing)) return 0;
  if (S_ISCHR(output.st_mode) && output.st_rdev == nothing.st_rdev) return 0;
  return poll(&wait, 1, 0) == 1 && (wait.revents & POLLOUT) &&
         !(wait.revents & (POLLERR | POLLNVAL));
}

/* Who saw the notice: the caller of the command, or a program that counts itself. */
static void uc_add_reader(uc_text *text) {
  uc_caller callers[UC_CALLERS];
  int count = uc_read_callers(callers);
#ifdef USAGE_MAIN
  uc_caller *reader = callers + (count > 1);
#else
  uc_caller *reader = callers;
  (void)count;
#endif
  uc_addf(text, "{\"pid\":%ld,\"startTime\":", reader->pid);
  uc_add_value(text, *reader->started ? reader->started : NULL);
  uc_add(text, "}");
}

/* Shows the notice, where somebody can see it, and keeps that it was shown. */
static void uc_show_notice(const char *marker) {
  char now[UC_TIME];
  uc_text text = {NULL, 0, 0, 0};
  int is_certain;
  const char *at;
  if (!uc_is_error_visible()) return;
  uc_find_ci(&is_certain);
  uc_format_time(uc_now(), now);
  uc_addf(&text, "{\"shownAt\":\"%s\",\"caller\":", now);
  uc_add_reader(&text);
  uc_add(&text, "}");
  if (!text.is_broken && uc_write_file(marker, text.at, text.length, 1)) {
    uc_free(&text);
    uc_write_notice(&text, is_certain);
    for (at = text.at; at && *at;) {
      ssize_t written = write(2, at, strlen(at));
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) {
        if (at == text.at) unlink(marker);
        break;
      }
      at += written;
    }
  }
  uc_free(&text);
}

/* Shows the notice where it is due. 1: this start opens sending, a minute after another caller saw
 * the notice. A time of more than a minute in the future is that of a wrong clock. */
static int uc_handle_notice(int is_start) {
  char marker[UC_PATH], open_path[UC_PATH];
  char *content;
  uc_json *seen;
  uc_text reader = {NULL, 0, 0, 0};
  const uc_json *caller;
  double waited;
  int is_other;
  uc_notice_path(marker, "");
  uc_notice_path(open_path, ".open");
  if (uc_has_job_consent() || uc_exists(open_path)) return 0;
  if (!uc_exists(marker)) {
    uc_show_notice(marker);
    return 0;
  }
  content = uc_read_file(marker);
  seen = uc_parse(content);
  waited = uc_now() - uc_parse_time(uc_get_text(seen, "shownAt"));
  caller = uc_get(seen, "caller");
  uc_add_reader(&reader);
  is_other = !caller || reader.is_broken || strlen(reader.at) != caller->length ||
             strncmp(reader.at, caller->at, caller->length);
  is_start = is_start && seen && uc_get_text(seen, "shownAt") && is_other &&
             (waited >= 60 || waited <= -60) && uc_write_file(open_path, "", 0, 1);
  uc_free(&reader);
  uc_free_json(seen);
  free(content);
  return is_start;
}

/* --- Starting a sender: the command, in the background, one at a time ------------------------ */

/* Wins the folder of events that are being sent by this client, before a sender is started: whether
 * it is won. A stale one is given back. */
static void uc_give_back(const char *claim) {
  char folder[UC_PATH], from[UC_PATH], to[UC_PATH];
  size_t count, index;
  char **names = uc_list_names(claim, &count);
  uc_project_path(folder, "buffer/new");
  for (index = 0; index < count; index++)
    if (uc_join(from, claim, names[index]) && uc_join(to, folder, names[index])) rename(from, to);
  uc_free_names(names);
  rmdir(claim);
}

static int uc_claim(const char *claim) {
  double age = uc_now() - uc_changed_at(claim);
  char folder[UC_PATH];
  if (uc_exists(claim) == 1 && (age > 60 || age < -60)) uc_give_back(claim);
  snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(claim, '/') - claim), claim);
  uc_make_folder(folder);
  return !mkdir(claim, 0700);
}

/* How many tries have failed, and when the next one is, in seconds since 1970. */
static double uc_read_next_try(double *failures) {
  char path[UC_PATH];
  char *content;
  uc_json *failed;
  double at;
  uc_project_path(path, "next-try");
  content = uc_read_file(path);
  failed = uc_parse(content);
  *failures = uc_get_number(failed, "failures", 0);
  at = uc_parse_time(uc_get_text(failed, "nextTryAt"));
  uc_free_json(failed);
  free(content);
  return at;
}

/* Whether so many events wait, or so long, that it is time to send. */
static int uc_is_due(void) {
  char folder[UC_PATH], path[UC_PATH];
  size_t count;
  int is_due;
  char **names;
  uc_project_path(folder, "buffer/new");
  names = uc_list_names(folder, &count);
  is_due = count >= uc_threshold || (count > 0 && uc_join(path, folder, names[0]) &&
                                     uc_now() - uc_changed_at(path) > uc_interval);
  uc_free_names(names);
  return is_due;
}

/* Starts the command in the background, by a shell that ends immediately: the program has no child
 * that it would wait for. */
static void uc_start_sender(void) {
  static char shell[] = "/bin/sh", option[] = "-c", script[] = "\"$0\" send \"$1\" &";
  char command[UC_PATH], claim[UC_PATH], forget[UC_PATH];
  char *const words[] = {shell, option, script, command, claim, NULL};
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  double failures, wait = uc_read_next_try(&failures) - uc_now();
  int index, status = 1;
  sigset_t none;
  pid_t child;
  uc_project_path(claim, "buffer/sending/c");
  uc_project_path(forget, "forget.json");
  if ((wait > 0 && wait < 86400) || uc_exists(forget) || !uc_find_command(command) ||
      !uc_claim(claim))
    return;
  sigemptyset(&none);
  if (!posix_spawn_file_actions_init(&actions)) {
    for (index = 0; index < 3; index++)
      posix_spawn_file_actions_addopen(&actions, index, "/dev/null", O_RDWR, 0);
    if (!posix_spawnattr_init(&attributes)) {
      short flags = POSIX_SPAWN_SETSIGMASK;
#ifdef POSIX_SPAWN_SETSID
      flags = (short)(flags | POSIX_SPAWN_SETSID);
#endif
      posix_spawnattr_setsigmask(&attributes, &none);
      posix_spawnattr_setflags(&attributes, flags);
      if (!posix_spawn(&child, shell, &actions, &attributes, words, environ)) {
        while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
        status = 0;
      }
      posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
  }
  if (status) uc_give_back(claim);
}

/* What follows an event that was written: the notice, and a sender if it is time. */
static void uc_follow(const uc_consent *consent, int is_start, int is_feature) {
  int may_send = uc_handle_notice(is_start) || consent->may_send;
  if (may_send && (!is_feature || uc_is_due())) uc_start_sender();
}

/* --- Merging: equal uses between two ticks are one event ------------------------------------- */

/* Seconds between two ticks, and the most features whose uses are merged. */
#define UC_TICK 10
#define UC_MOST_MERGED 2000
#define UC_SLOTS 4096

/* A feature whose first use was written, and its later uses that wait. */
typedef struct uc_merged {
  char *type, *name;
  int is_internal;
  long count;
  double first_at;
  uc_timings *timings;
} uc_merged;

/* What the process remembers. PID is that of the process that it belongs to: a fork begins anew.
 * LOCK is the process whose thread is in a call, or 0. */
static struct {
  pid_t pid, lock;
  int has_run, is_own, has_started, writes_at_exit;
  char run[37];
  char *header;
  double started_at, looked_at, written_at;
  char outer[3][UC_PATH];
  int had_outer[3];
  uc_values fields, details;
  uc_merged *slots;
  size_t merged;
} uc_state;

/* What a call changes of its thread, to be undone: signals of a closed pipe or a full file would
 * end the program, and numbers are read and written as in C. */
typedef struct uc_guard {
  sigset_t mask, before;
  locale_t plain, own;
  int error, cancels;
} uc_guard;

/* Whether this thread is in a call: a signal handler must not wait for the call that it interrupts.
 */
static __thread int uc_is_inside;

static void uc_forget_merged(void) {
  size_t index;
  for (index = 0; uc_state.slots && index < UC_SLOTS; index++) {
    free(uc_state.slots[index].type);
    free(uc_state.slots[index].name);
    free(uc_state.slots[index].timings);
  }
  free(uc_state.slots);
  uc_state.slots = NULL;
  uc_state.merged = 0;
}

/* Locks what the process remembers. 0: this thread is in a call, or another thread for too long,
 * and the call does nothing. A fork begins anew: the run is that of the parent, which also writes
 * what waits. A lock of the parent has no owner here, and what its owner was changing is left. */
static int uc_lock(void) {
  struct timespec moment = {0, 100000};
  pid_t pid = getpid(), owner;
  int tries, is_left;
  if (uc_is_inside) return 0;
  uc_is_inside = 1;
  for (tries = 0; (owner = __sync_val_compare_and_swap(&uc_state.lock, 0, pid)) != 0; tries++) {
    if (owner != pid && __sync_bool_compare_and_swap(&uc_state.lock, owner, pid)) break;
    if (tries > 5000) return uc_is_inside = 0;
    if (tries < 100) sched_yield();
    else nanosleep(&moment, NULL);
  }
  is_left = owner != 0;
  if (uc_state.pid != pid) {
    if (is_left) {
      uc_state.slots = NULL;
      uc_state.header = NULL;
      memset(&uc_state.fields, 0, sizeof uc_state.fields);
      memset(&uc_state.details, 0, sizeof uc_state.details);
    }
    if (uc_state.pid) uc_state.is_own = 0;
    uc_forget_merged();
    uc_state.pid = pid;
  }
  return 1;
}

static void uc_unlock(void) {
  __sync_lock_release(&uc_state.lock);
  uc_is_inside = 0;
}

/* Begins a call that reads and writes files: whether it may. */
static int uc_enter(uc_guard *guard) {
  sigset_t quiet;
  guard->error = errno;
  if (!uc_lock()) return 0;
  pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &guard->cancels);
  sigemptyset(&quiet);
  sigaddset(&quiet, SIGPIPE);
  sigaddset(&quiet, SIGXFSZ);
  sigpending(&guard->before);
  sigprocmask(SIG_BLOCK, &quiet, &guard->mask); /* Of this thread, on all these systems. */
  guard->plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  guard->own = guard->plain ? uselocale(guard->plain) : (locale_t)0;
  return 1;
}

static void uc_leave(uc_guard *guard) {
  static const int quiet[] = {SIGPIPE, SIGXFSZ};
  sigset_t pending, one;
  int index, got;
  if (guard->plain) {
    uselocale(guard->own);
    freelocale(guard->plain);
  }
  for (index = 0; index < 2; index++) {
    sigpending(&pending);
    if (!sigismember(&pending, quiet[index]) || sigismember(&guard->before, quiet[index])) continue;
    sigemptyset(&one);
    sigaddset(&one, quiet[index]);
    sigwait(&one, &got);
  }
  sigprocmask(SIG_SETMASK, &guard->mask, NULL);
  uc_unlock();
  pthread_setcancelstate(guard->cancels, NULL);
  errno = guard->error;
}

/* The run of a caller, in RUN (37 bytes): whether there is one. A run counts for the same project
 * and state folder only. STARTER: the process that started it, or 0. */
static int uc_find_inherited_run(char *run, long *starter) {
  const char *given = getenv("USAGE_RUN_ID"), *scope = getenv("USAGE_RUN_SCOPE");
  char folder[UC_PATH], normal[UC_PATH], name[64];
  char *colon = NULL;
  size_t index;
  *starter = 0;
  if (!given || !uc_fits(given, UC_UUID)) return 0;
  for (index = 0; index <= 36; index++) run[index] = (char)tolower((unsigned char)given[index]);
  uc_project_path(folder, "");
  if (scope && uc_fits(scope, "^[0-9]+:") && strlen(scope) < UC_PATH) {
    *starter = strtol(scope, &colon, 10);
    uc_normalize(colon + 1, normal);
    if (!strcmp(normal, folder)) return 1;
  }
  snprintf(name, sizeof name, "runs/%s.json", run);
  uc_project_path(folder, name);
  return uc_exists(folder) == 1;
}

/* The header of the run of this process, else one without a version. */
static const char *uc_find_header(void) {
  uc_text header = {NULL, 0, 0, 0};
  if (!uc_state.header) {
    uc_add_header(&header, NULL, uc_application, NULL, NULL);
    if (header.is_broken) uc_free(&header);
    uc_state.header = header.at;
  }
  return uc_state.header ? uc_state.header : "{}";
}

/* Adds what is a feature's own, up to its details, and writes it. DETAILS: those that wait, or
 * NULL. */
static int uc_write_feature(const char *run, const char *header, const uc_merged *use,
                            double seconds, uc_values *details) {
  uc_text text = {NULL, 0, 0, 0};
  char id[37];
  uc_begin_event(&text, id, "feature", run, use->first_at, header, NULL);
  uc_add(&text, ",\"featureType\":");
  uc_add_string(&text, use->type);
  uc_add(&text, ",\"name\":");
  uc_add_string(&text, use->name);
  uc_add(&text, ",\"durationSeconds\":");
  if (seconds >= 0) uc_add_number(&text, seconds);
  else uc_add(&text, "null");
  if (use->timings && use->timings->n) {
    uc_add(&text, ",\"timings\":");
    uc_add_timings(&text, use->timings);
  }
  uc_addf(&text, ",\"count\":%ld,\"internal\":%s,\"details\":", use->count,
          use->is_internal ? "true" : "false");
  if (details) uc_add_values(&text, details, uc_details, 1);
  else uc_add(&text, "null");
  return uc_write_event(&text, id);
}

/* Writes the uses that wait, if consent still allows it. */
static void uc_write_merged(void) {
  uc_consent consent;
  char inherited[37];
  long starter;
  size_t index;
  int is_allowed = -1, is_written;
  const char *run = uc_state.has_run ? uc_state.run : NULL;
  uc_state.written_at = uc_elapsed();
  if (!run && uc_find_inherited_run(inherited, &starter)) run = inherited;
  for (index = 0; uc_state.slots && index < UC_SLOTS; index++) {
    uc_merged *use = uc_state.slots + index;
    uc_timings *timings = use->timings;
    double seconds = -1;
    if (!use->type || !use->count) continue;
    if (is_allowed < 0) is_allowed = uc_may_record(&consent);
    if (timings && timings->n == 1 && use->count == 1) {
      seconds = timings->sum;
      use->timings = NULL;
    }
    if (!is_allowed && uc_is_one_of(consent.reason, uc_opt_outs)) uc_drop("opted-out", 1, NULL);
    is_written = is_allowed && uc_write_feature(run, uc_find_header(), use, seconds, NULL);
    use->timings = timings;
    if (is_allowed && !is_written) continue; /* A full disk: until the next tick. */
    if (timings) memset(timings, 0, sizeof *timings);
    use->count = 0;
  }
  if (is_allowed > 0) uc_follow(&consent, 0, 1);
}

static void uc_write_at_exit(void) {
  uc_guard guard;
  if (!uc_enter(&guard)) return;
  uc_write_merged();
  uc_leave(&guard);
}

/* The slot of a feature; its TYPE is NULL if it is free. */
static uc_merged *uc_find_slot(const char *type, const char *name, int is_internal) {
  unsigned long hash = 5381 + (unsigned long)is_internal;
  const char *at;
  uc_merged *slot;
  if (!uc_state.slots) uc_state.slots = (uc_merged *)calloc(UC_SLOTS, sizeof *uc_state.slots);
  if (!uc_state.slots) return NULL;
  for (at = type; *at; at++) hash = hash * 33 + (unsigned char)*at;
  for (at = name; *at; at++) hash = hash * 33 + (unsigned char)*at;
  for (;; hash++) {
    slot = uc_state.slots + hash % UC_SLOTS;
    if (!slot->type) return slot;
    if (slot->is_internal == is_internal && !strcmp(slot->name, name) && !strcmp(slot->type, type))
      return slot;
  }
}

/* Adds uses to an equal event that waits: whether there is one, and it is no time to write it.
 * Touches no file. Several uses with one duration stay apart, because that is their sum. */
static int uc_merge(const char *type, const char *name, long count, double seconds,
                    int is_internal) {
  uc_merged *slot = uc_find_slot(type, name, is_internal);
  double now = uc_now(), first_at = seconds > 0 ? now - seconds : now;
  int64_t today = (int64_t)(now / 86400);
  if (!slot || !slot->type || (seconds >= 0 && count > 1)) return 0;
  if ((int64_t)(first_at / 86400) != today || uc_elapsed() - uc_state.written_at > UC_TICK)
    return 0;
  if (slot->count && (int64_t)(slot->first_at / 86400) != today) return 0;
  if (slot->count > 1000000000 - count) return 0;
  if (seconds >= 0 && !slot->timings) {
    slot->timings = (uc_timings *)calloc(1, sizeof *slot->timings);
    if (!slot->timings) return 0;
  }
  if (!slot->count) slot->first_at = first_at;
  slot->count += count;
  if (seconds >= 0) uc_record_duration(slot->timings, seconds);
  return 1;
}

/* Lets later uses that are equal to an event that was written wait for the next tick. */
static void uc_merge_later_uses(const char *type, const char *name, int is_internal) {
  uc_merged *slot = uc_find_slot(type, name, is_internal);
  if (!slot || slot->type || uc_state.merged >= UC_MOST_MERGED) return;
  slot->name = strdup(name);
  slot->type = slot->name ? strdup(type) : NULL;
  slot->is_internal = is_internal;
  if (!slot->type) return;
  if (uc_state.merged++ == 0) uc_state.written_at = uc_elapsed();
  if (!uc_state.writes_at_exit) uc_state.writes_at_exit = !atexit(uc_write_at_exit);
}

/* --- Start, feature, end --------------------------------------------------------------------- */

static const char *const uc_variables[] = {"USAGE_RUN_ID", "USAGE_RUN_SCOPE", "USAGE_RUN_STARTER"};

/* Whether this process has one thread: only then may its environment change. */
static int uc_is_alone(void) {
  char line[1024];
  const char *fields;
  long threads = 0;
  if (!uc_read_line("/proc/self/stat", line, sizeof line) || !(fields = strrchr(line, ')')))
    return 0;
  return sscanf(fields + 1,
                " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %ld",
                &threads) == 1 &&
         threads == 1;
}

/* Sets the variables by which child processes find the run, and keeps what they were. */
static void uc_set_variables(const char *place) {
  char value[UC_PATH + 64], folder[UC_PATH];
  int index;
  for (index = 0; index < 3; index++) {
    const char *before = getenv(uc_variables[index]);
    uc_state.had_outer[index] = uc_is_alone() ? before != NULL && strlen(before) < UC_PATH : -1;
    if (uc_state.had_outer[index] < 0) continue;
    snprintf(uc_state.outer[index], UC_PATH, "%s", before ? before : "");
    uc_project_path(folder, "");
    if (index == 0) snprintf(value, sizeof value, "%s", uc_state.run);
    if (index == 1) snprintf(value, sizeof value, "%ld:%s", (long)getpid(), folder);
    if (index == 2) snprintf(value, sizeof value, "%s:%s", uc_state.run, place);
    setenv(uc_variables[index], value, 1);
  }
}

static void uc_restore_variables(void) {
  int index;
  for (index = 0; index < 3; index++) {
    if (uc_state.had_outer[index] < 0 || !uc_is_alone()) continue;
    if (uc_state.had_outer[index]) setenv(uc_variables[index], uc_state.outer[index], 1);
    else unsetenv(uc_variables[index]);
  }
}

/* Whether this process works for an inherited run that the same program above it has started, as
 * the processes of a program that starts itself do. */
static int uc_is_worker(const char *run, long owner, const char *place) {
  const char *starter = getenv("USAGE_RUN_STARTER");
  uc_caller callers[UC_CALLERS];
  int count, index;
  if (!starter || strncmp(starter, run, 36) || starter[36] != ':' || strcmp(starter + 37, place))
    return 0;
  count = uc_read_callers(callers);
  for (index = 1; index < count; index++)
    if (callers[index].pid == owner) return 1;
  return 0;
}

/* The path that stands for a script: a batch system runs a copy of it, so the name of the job in
 * the folder of its submission. */
static void uc_name_script(char *path) {
  const char *const *row;
  for (row = uc_script_copies; *row; row += 3) {
    const char *job = getenv(row[1]), *folder = getenv(row[2]);
    if (strstr(path, row[0]) && job && *job && folder && *folder == '/' &&
        uc_join(path, folder, job))
      break;
  }
  if (!uc_is_plain(path, 1000)) *path = 0;
}

/* The path of this program, or an empty text. */
static void uc_read_program(char *path) {
  ssize_t length = readlink("/proc/self/exe", path, UC_PATH - 1);
  path[length > 0 ? length : 0] = 0;
}

/* The absolute path of a script in PATH. */
static void uc_find_script(const char *script, char *path) {
  char folder[UC_PATH], joined[UC_PATH];
  *path = 0;
  if (!*script) return;
  if (*script == '/') snprintf(joined, sizeof joined, "%s", script);
  else if (!getcwd(folder, sizeof folder) || !uc_join(joined, folder, script)) return;
  uc_normalize(joined, path);
}

int usage_start_as(const char *version, const char *application, const char *commit,
                   const char *component, const char *script) {
  uc_guard guard;
  uc_consent consent;
  uc_text text = {NULL, 0, 0, 0}, header = {NULL, 0, 0, 0};
  char path[UC_PATH], place[UC_PATH], id[37], inherited[37];
  double started_at = uc_elapsed();
  long owner;
  int is_recorded = 0;
  if (!uc_enter(&guard)) return 0;
  uc_write_merged();
  uc_forget_merged();
  if ((!uc_state.has_run || uc_state.is_own) && uc_may_record(&consent)) {
    uc_add_header(&header, version, application ? application : uc_application, commit, component);
    uc_read_program(place);
    if (script) uc_find_script(script, path);
    else snprintf(path, sizeof path, "%s", place);
    uc_name_script(path);
    free(uc_state.header);
    uc_state.header = header.is_broken ? NULL : header.at;
    if (uc_find_inherited_run(inherited, &owner) && uc_is_worker(inherited, owner, place)) {
      strcpy(uc_state.run, inherited);
      uc_state.has_run = 1;
      uc_state.is_own = 0;
    } else if (uc_new_id(uc_state.run)) {
      uc_begin_event(&text, id, "start", uc_state.run, uc_now(), uc_find_header(),
                     *path ? path : NULL);
      uc_add(&text, ",\"repeat\":0,\"fields\":");
      uc_add_values(&text, &uc_state.fields, uc_fields, 0);
      is_recorded = uc_write_event(&text, id);
      uc_state.has_run = uc_state.is_own = is_recorded;
      uc_state.has_started = uc_state.has_started || is_recorded;
      uc_state.started_at = started_at;
    }
    if (is_recorded) {
      uc_set_variables(place);
      uc_follow(&consent, 1, 0);
    }
  }
  uc_leave(&guard);
  return is_recorded;
}

int usage_start(const char *version) { return usage_start_as(version, NULL, NULL, NULL, NULL); }

static void uc_keep(uc_values *values, const char *name, const char *value) {
  uc_guard guard;
  if (!uc_enter(&guard)) return;
  uc_keep_value(values, name, value);
  uc_leave(&guard);
}

void usage_field(const char *name, const char *value) { uc_keep(&uc_state.fields, name, value); }
void usage_detail(const char *name, const char *value) { uc_keep(&uc_state.details, name, value); }

int usage_uses(const char *type, const char *name, long count, double seconds, int is_internal) {
  uc_guard guard;
  uc_consent consent;
  uc_merged use;
  char inherited[37];
  const char *run = NULL;
  long starter;
  int is_recorded = 0, has_details, can_merge, error = errno;
  is_internal = is_internal != 0;
  if (seconds > UC_MOST_SECONDS || seconds != seconds) seconds = -2;
  if (!uc_lock()) return 0;
  has_details = uc_state.details.count > 0 || uc_state.details.too_many > 0;
  can_merge = type && name && count > 0 && seconds != -2 && !has_details && uc_state.merged > 0;
  if (can_merge) is_recorded = uc_merge(type, name, count, seconds, is_internal);
  uc_unlock();
  errno = error;
  if (is_recorded || !uc_enter(&guard)) return is_recorded;
  if (can_merge && uc_elapsed() - uc_state.written_at > UC_TICK) {
    uc_write_merged();
    is_recorded = uc_merge(type, name, count, seconds, is_internal);
  }
  if (!is_recorded && uc_may_record(&consent)) {
    memset(&use, 0, sizeof use);
    use.type = (char *)type;
    use.name = (char *)name;
    use.is_internal = is_internal;
    use.count = count > 0 && count <= 1000000000 ? count : 1;
    use.first_at = uc_now() - (seconds > 0 ? seconds : 0);
    if (use.count != count) uc_drop("undeclared-field", 1, NULL);
    if (seconds == -2) uc_drop("undeclared-field", 1, NULL);
    if (uc_state.has_run) run = uc_state.run;
    else if (uc_find_inherited_run(inherited, &starter)) run = inherited;
    if (!uc_is_declared_feature(type, name)) uc_drop("undeclared-feature", 1, NULL);
    else is_recorded = uc_write_feature(run, uc_find_header(), &use, seconds, &uc_state.details);
    if (is_recorded) {
      if (!has_details) uc_merge_later_uses(type, name, is_internal);
      uc_follow(&consent, 0, 1);
    }
  }
  uc_clear_values(&uc_state.details);
  uc_leave(&guard);
  return is_recorded;
}

int usage_feature(const char *type, const char *name) { return usage_uses(type, name, 1, -1, 0); }

/* Writes an end. RUN may be NULL, SECONDS below 0: not known. CODE: as text, or NULL;
 * SIGNAL_NUMBER: 0 for none. */
static int uc_write_end(const char *run, const char *header, double seconds, const char *code,
                        int signal_number) {
  uc_text text = {NULL, 0, 0, 0};
  char id[37], name[16];
  uc_name_signal(signal_number, name);
  uc_begin_event(&text, id, "end", run, uc_now(), header, NULL);
  uc_addf(&text, ",\"exitCode\":%s,\"signal\":", code ? code : "null");
  uc_add_value(&text, signal_number ? name : NULL);
  uc_add(&text, ",\"durationSeconds\":");
  uc_add_seconds(&text, seconds);
  uc_add(&text, ",\"fields\":");
  uc_add_values(&text, &uc_state.fields, uc_fields, 0);
  return uc_write_event(&text, id);
}

/* Ends the run of this process. */
static int uc_end(const char *code, int signal_number) {
  uc_guard guard;
  uc_consent consent;
  int is_recorded = 0, is_known;
  if (!uc_enter(&guard)) return 0;
  uc_write_merged();
  uc_forget_merged();
  is_known = uc_state.has_run && uc_state.is_own;
  if (is_known || (!uc_state.has_run && !uc_state.has_started)) {
    if (uc_may_record(&consent)) {
      double seconds = is_known ? uc_elapsed() - uc_state.started_at : -1;
      is_recorded = uc_write_end(is_known ? uc_state.run : NULL, uc_find_header(), seconds, code,
                                 signal_number);
      if (is_recorded) uc_follow(&consent, 0, 0);
    }
    if (is_known) uc_restore_variables();
    uc_state.has_run = uc_state.is_own = 0;
  }
  uc_leave(&guard);
  return is_recorded;
}

int usage_end(int exit_code) {
  char code[16];
  snprintf(code, sizeof code, "%d", exit_code);
  return uc_end(code, 0);
}

int usage_end_by_signal(int signal_number) {
  return uc_end(NULL, signal_number > 0 && signal_number < 128 ? signal_number : 0);
}

#ifdef USAGE_MAIN

/* --- Pairing: the open run that shares the nearest caller ------------------------------------ */

/* Where the command was called. */
typedef struct uc_place {
  uc_caller callers[UC_CALLERS];
  int count;
  char host[256], boot[64], namespace_name[64];
} uc_place;

static void uc_read_place(uc_place *place) {
  ssize_t length =
      readlink("/proc/self/ns/pid", place->namespace_name, sizeof place->namespace_name - 1);
  place->namespace_name[length > 0 ? length : 0] = 0;
  place->count = uc_read_callers(place->callers);
  uc_read_host(place->host);
  uc_read_boot_id(place->boot);
}

/* Whether a process is a shell, by the name that it was called by. */
static int uc_is_shell(long pid) {
  static const char *const shells[] = {"sh",   "ash",  "dash",  "bash", "rbash",
                                       "zsh",  "ksh",  "ksh93", "mksh", "lksh",
                                       "yash", "fish", "tcsh",  "csh",  NULL};
  char path[64], line[512];
  const char *word = line, *name;
  ssize_t length;
  int file, index;
  snprintf(path, sizeof path, "/proc/%ld/cmdline", pid);
  file = open(path, O_RDONLY | O_CLOEXEC);
  length = file < 0 ? 0 : read(file, line, sizeof line - 2);
  if (file >= 0) close(file);
  if (length <= 0) return 0;
  line[length] = line[length + 1] = 0;
  for (index = 0; index < 2; index++) {
    name = strrchr(word, '/') ? strrchr(word, '/') + 1 : word;
    if (index || strcmp(name, "busybox")) break;
    word += strlen(word) + 1;
  }
  return uc_is_one_of(name + (*name == '-'), shells);
}

/* A run that shares a process with the event: steps from both to that process. */
typedef struct uc_match {
  uc_json *record;
  char *content;
  long pid;
  int from_event, from_start;
} uc_match;

static int uc_is_same(const uc_json *record, const char *name, const char *value) {
  const char *text = uc_get_text(record, name);
  return strcmp(text ? text : "", value) == 0;
}

/* Whether a run shares a process with the event that pairs both. Pid 1 and the leader of a session
 * pair only what they called directly, and pid 1 only in a container. */
static int uc_find_match(const uc_place *place, uc_match *match) {
  const uc_json *callers = uc_get(match->record, "callers"), *one;
  int from_event, is_direct;
  if (!callers || callers->kind != 'a' || !uc_is_same(match->record, "host", place->host) ||
      !uc_is_same(match->record, "bootId", place->boot) ||
      !uc_is_same(match->record, "pidNamespace", place->namespace_name))
    return 0;
  for (from_event = 0; from_event < place->count; from_event++) {
    const uc_caller *caller = place->callers + from_event;
    match->from_start = 0;
    for (one = callers->first; one; one = one->next, match->from_start++)
      if (uc_get_number(one, "pid", 0) == (double)caller->pid &&
          uc_is_same(one, "startTime", caller->started))
        break;
    if (!one) continue;
    match->from_event = from_event;
    match->pid = caller->pid;
    is_direct = from_event <= 1 && match->from_start <= 1;
    if (caller->pid <= 1 && (!is_direct || !strcmp(place->namespace_name, "pid:[4026531836]")))
      return 0;
    return is_direct || !caller->is_session_leader;
  }
  return 0;
}

/* Whether a run is nearer than another to the event, then to its start, then newer. */
static int uc_is_nearer(const uc_match *one, const uc_match *other) {
  int order;
  if (one->from_event != other->from_event) return one->from_event < other->from_event;
  if (one->from_start != other->from_start) return one->from_start < other->from_start;
  order = strcmp(uc_get_text(one->record, "startedAt"), uc_get_text(other->record, "startedAt"));
  if (order == 0)
    order = strcmp(uc_get_text(one->record, "run"), uc_get_text(other->record, "run"));
  return order > 0;
}

static void uc_free_match(uc_match *match) {
  uc_free_json(match->record);
  free(match->content);
  memset(match, 0, sizeof *match);
}

/* Reads the record of an open run: whether there is one. */
static int uc_read_run(const char *run, uc_match *match) {
  char path[UC_PATH], name[64];
  memset(match, 0, sizeof *match);
  snprintf(name, sizeof name, "runs/%.40s.json", run);
  uc_project_path(path, name);
  match->content = uc_read_file(path);
  match->record = uc_parse(match->content);
  if (uc_is_same(match->record, "run", run) && uc_get_text(match->record, "startedAt") &&
      uc_get(match->record, "header"))
    return 1;
  uc_free_match(match);
  return 0;
}

/* The open run that shares the nearest caller with an event, in BEST: 1 if there is one, 0 if none
 * shares a caller, -1 if several are equally near and nothing tells them apart. */
static int uc_find_run(const uc_place *place, uc_match *best) {
  char folder[UC_PATH];
  size_t count, index;
  char **names;
  int equals = 0, twins = 0;
  uc_match match;
  memset(best, 0, sizeof *best);
  uc_project_path(folder, "runs");
  names = uc_list_names(folder, &count);
  for (index = 0; index < count; index++) {
    char run[37];
    snprintf(run, sizeof run, "%.*s", (int)strcspn(names[index], "."), names[index]);
    if (!uc_read_run(run, &match)) continue;
    if (!uc_find_match(place, &match)) {
      uc_free_match(&match);
      continue;
    }
    if (best->record && match.from_event == best->from_event) {
      equals++;
      if (match.from_start == best->from_start) twins++;
      else if (match.from_start < best->from_start) twins = 0;
    } else if (!best->record || match.from_event < best->from_event) equals = twins = 0;
    if (!best->record || uc_is_nearer(&match, best)) {
      uc_free_match(best);
      *best = match;
    } else uc_free_match(&match);
  }
  uc_free_names(names);
  if (!best->record || !equals) return best->record != NULL;
  if (uc_is_shell(best->pid) && (!twins || (best->from_event <= 1 && best->from_start <= 1)))
    return 1;
  return -1;
}

/* Keeps the run that was started open for its end. */
static void uc_open_run(void) {
  uc_place place;
  uc_text text = {NULL, 0, 0, 0};
  char path[UC_PATH], name[64], now[UC_TIME];
  int index;
  uc_read_place(&place);
  uc_format_time(uc_now(), now);
  uc_addf(&text,
          "{\"run\":\"%s\",\"startedAt\":\"%s\",\"monotonicSeconds\":%.3f,\"host\":", uc_state.run,
          now, uc_state.started_at);
  uc_add_string(&text, place.host);
  uc_add(&text, ",\"bootId\":");
  uc_add_value(&text, *place.boot ? place.boot : NULL);
  uc_add(&text, ",\"pidNamespace\":");
  uc_add_value(&text, *place.namespace_name ? place.namespace_name : NULL);
  uc_add(&text, ",\"callers\":[");
  for (index = 0; index < place.count; index++) {
    const uc_caller *caller = place.callers + index;
    uc_addf(&text, "%s{\"pid\":%ld,\"startTime\":", index ? "," : "", caller->pid);
    uc_add_value(&text, *caller->started ? caller->started : NULL);
    uc_addf(&text, ",\"isSessionLeader\":%s}", caller->is_session_leader ? "true" : "false");
  }
  uc_add(&text, "],\"header\":");
  uc_add(&text, uc_find_header());
  uc_add(&text, "}");
  snprintf(name, sizeof name, "runs/%s.json", uc_state.run);
  uc_project_path(path, name);
  uc_write_text(path, &text);
  uc_free(&text);
}

/* How long a run took, by the clock that never jumps within one boot; below 0 if nobody can know.
 */
static double uc_measure(const uc_match *match, const uc_place *place) {
  double seconds;
  if (*place->boot && uc_is_same(match->record, "bootId", place->boot) &&
      uc_is_same(match->record, "host", place->host))
    seconds = uc_elapsed() - uc_get_number(match->record, "monotonicSeconds", 1e300);
  else seconds = uc_now() - uc_parse_time(uc_get_text(match->record, "startedAt"));
  return seconds >= 0 && seconds <= UC_MOST_SECONDS ? seconds : -1;
}

/* The header of a run that is open, else one without a version; to be freed. */
static char *uc_copy_header(const uc_match *match) {
  const uc_json *header = uc_get(match->record, "header");
  uc_text text = {NULL, 0, 0, 0};
  if (header) uc_put(&text, header->at, header->length);
  else uc_add_header(&text, NULL, uc_application, NULL, NULL);
  return text.at;
}

/* --- Pseudonyms ------------------------------------------------------------------------------ */

/* SHA-256, as FIPS 180-4 describes it. */
static void uc_sha256(const unsigned char *bytes, size_t length, unsigned char *digest) {
  static const uint32_t constants[64] = {
      0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
      0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
      0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
      0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
      0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
      0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
      0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
      0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
      0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
      0xc67178f2};
  uint32_t state[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                       0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  size_t blocks = (length + 72) / 64, block, index;
  for (block = 0; block < blocks; block++) {
    uint32_t word[64], part[8], one, two;
    for (index = 0; index < 64; index++) {
      size_t at = block * 64 + index;
      unsigned char byte = at < length ? bytes[at] : at == length ? 0x80 : 0;
      if (at >= blocks * 64 - 8)
        byte = (unsigned char)((uint64_t)length * 8 >> (8 * (blocks * 64 - 1 - at)));
      word[index / 4] = index % 4 ? word[index / 4] << 8 | byte : byte;
    }
#define UC_TURN(value, by) ((value) >> (by) | (value) << (32 - (by)))
    for (index = 16; index < 64; index++) {
      one = UC_TURN(word[index - 15], 7) ^ UC_TURN(word[index - 15], 18) ^ word[index - 15] >> 3;
      two = UC_TURN(word[index - 2], 17) ^ UC_TURN(word[index - 2], 19) ^ word[index - 2] >> 10;
      word[index] = word[index - 16] + one + word[index - 7] + two;
    }
    memcpy(part, state, sizeof part);
    for (index = 0; index < 64; index++) {
      one = part[7] + (UC_TURN(part[4], 6) ^ UC_TURN(part[4], 11) ^ UC_TURN(part[4], 25)) +
            (part[6] ^ (part[4] & (part[5] ^ part[6]))) + constants[index] + word[index];
      two = (UC_TURN(part[0], 2) ^ UC_TURN(part[0], 13) ^ UC_TURN(part[0], 22)) +
            ((part[0] & part[1]) | (part[2] & (part[0] | part[1])));
      memmove(part + 1, part, 7 * sizeof *part);
      part[4] += one;
      part[0] = one + two;
    }
#undef UC_TURN
    for (index = 0; index < 8; index++) state[index] += part[index];
  }
  for (index = 0; index < 32; index++)
    digest[index] = (unsigned char)(state[index / 4] >> (24 - 8 * (index % 4)));
}

/* HMAC-SHA-256 of a text, as RFC 2104 describes it. */
static int uc_hmac(const unsigned char *key, size_t key_length, const uc_text *text,
                   unsigned char *digest) {
  unsigned char block[64], outer[96];
  uc_text inner = {NULL, 0, 0, 0};
  int index;
  memset(block, 0, sizeof block);
  if (key_length > 64) uc_sha256(key, key_length, block);
  else memcpy(block, key, key_length);
  for (index = 0; index < 64; index++) {
    outer[index] = block[index] ^ 0x5c;
    block[index] ^= 0x36;
  }
  uc_put(&inner, (const char *)block, 64);
  uc_put(&inner, text->at, text->length);
  if (inner.is_broken) return 0;
  uc_sha256((const unsigned char *)inner.at, inner.length, outer + 64);
  uc_sha256(outer, sizeof outer, digest);
  uc_free(&inner);
  return 1;
}

/* What pseudonyms are made of. The secret never leaves this machine. */
typedef struct uc_identity {
  unsigned char secret[32];
  int has_secret;
  double made_at;
  long generation;
} uc_identity;

/* Reads the secret, or makes one. */
static void uc_read_secret(uc_identity *identity) {
  char path[UC_PATH], line[80];
  int index, tries;
  uc_text text = {NULL, 0, 0, 0};
  uc_state_path(path, "secret");
  for (tries = 0; tries < 2 && !identity->has_secret; tries++) {
    if (!uc_exists(path) && uc_random(identity->secret, 32)) {
      uc_free(&text);
      uc_add_hex(&text, identity->secret, 32);
      uc_add(&text, "\n");
      if (!text.is_broken) uc_write_file(path, text.at, text.length, 1);
    }
    identity->has_secret = uc_read_line(path, line, sizeof line) && uc_fits(line, "^[0-9a-f]{64}$");
  }
  uc_free(&text);
  for (index = 0; identity->has_secret && index < 32; index++) {
    char digits[3] = {line[2 * index], line[2 * index + 1], 0};
    identity->secret[index] = (unsigned char)strtol(digits, NULL, 16);
  }
  identity->made_at = uc_changed_at(path);
}

/* The generation of the pseudonyms: each erasure that `usage forget` asked for begins one. */
static void uc_find_generation(uc_identity *identity) {
  char state[UC_PATH], path[UC_PATH], folder[UC_PATH];
  size_t count, index, inner_count, inner, own = strlen(uc_project);
  char **names, **done;
  identity->generation = 0;
  uc_state_path(state, "");
  names = uc_list_names(state, &count);
  for (index = 0; index < count; index++) {
    if (strncmp(names[index], uc_project, own) || !uc_fits(names[index] + own, "^-[0-9a-f]{8}$"))
      continue;
    if (!uc_join(path, state, names[index]) || !uc_join(folder, path, "forgotten")) continue;
    done = uc_list_names(folder, &inner_count);
    for (inner = 0; inner < inner_count; inner++)
      if (uc_fits(done[inner], "^[0-9]{1,9}\\.json$") && atol(done[inner]) >= identity->generation)
        identity->generation = atol(done[inner]) + 1;
    uc_free_names(done);
  }
  uc_free_names(names);
}

/* The period of pseudonyms at a time: its name in their input, and its first day. */
static void uc_find_period(const char *time, char *period, char *first_day) {
  int year = atoi(time);
  strcpy(period, "always");
  strcpy(first_day, "0001-01-01");
  if (!strcmp(uc_rotate, "month")) {
    snprintf(period, 16, "%.7s", time);
    snprintf(first_day, 16, "%.7s-01", time);
  } else if (!strcmp(uc_rotate, "year")) {
    if (strncmp(time + 5, uc_year_begins, 5) < 0) year--;
    snprintf(first_day, 16, "%04d-%s", year % 10000, uc_year_begins);
    if (!strcmp(uc_year_begins, "01-01")) snprintf(period, 16, "%04d", year % 10000);
    else strcpy(period, first_day);
  }
}

/* Adds 128 bits in hex instead of a name, or null where there is nothing to make them of. */
static void uc_add_pseudonym(uc_text *text, const unsigned char *key, size_t key_length,
                             const char *what, const char *period, const char *rest) {
  uc_text input = {NULL, 0, 0, 0};
  unsigned char digest[32];
  uc_addf(&input, "%s|%s|%s|", uc_project, what, period);
  uc_add(&input, rest ? rest : "");
  if (!key || !rest || input.is_broken || !uc_hmac(key, key_length, &input, digest))
    uc_add(text, "null");
  else {
    uc_sha256(digest, 32, digest);
    uc_add(text, "\"");
    uc_add_hex(text, digest, 16);
    uc_add(text, "\"");
  }
  uc_free(&input);
}

/* --- Reports: what is previewed, sent and logged --------------------------------------------- */

#define UC_BY "{\"by\":\"usage-c\","

/* An event on disk, and as it is sent. A group of equal headers and marks goes into one report. */
typedef struct uc_sent {
  char *path, id[37];
  char *header, *json, *event, *mark;
  int is_taken;
} uc_sent;

typedef struct uc_list {
  uc_sent *at;
  size_t count, room;
} uc_list;

static void uc_free_list(uc_list *list) {
  while (list->count > 0) {
    uc_sent *sent = list->at + --list->count;
    free(sent->path);
    free(sent->header);
    free(sent->json);
    free(sent->event);
    free(sent->mark);
  }
  free(list->at);
  memset(list, 0, sizeof *list);
}

/* Adds the value of a key as it stands in the event, or null. */
static void uc_copy_value(uc_text *text, const uc_json *event, const char *name) {
  const uc_json *value = uc_get(event, name);
  uc_addf(text, ",\"%s\":", name);
  if (value) uc_put(text, value->at, value->length);
  else uc_add(text, "null");
}

/* Adds those values of an object that fit the declared fields. */
static void uc_copy_declared(uc_text *text, const uc_json *object, const uc_declared *list,
                             int empty_is_null) {
  uc_values values;
  const uc_json *entry;
  memset(&values, 0, sizeof values);
  for (entry = object && object->kind == 'o' ? object->first : NULL; entry; entry = entry->next) {
    const uc_declared *field = uc_find_declared(list, entry->name);
    int is_text = field && (field->kind == 'e' || field->kind == 'p');
    char word[64];
    if (!field || is_text != (entry->kind == 's') || (!is_text && entry->length >= sizeof word))
      continue;
    if (!is_text) snprintf(word, sizeof word, "%.*s", (int)entry->length, entry->at);
    uc_keep_value(&values, entry->name, is_text ? entry->text : word);
  }
  uc_add_values(text, &values, list, empty_is_null);
}

/* Why an event that waits is not sent, or NULL; "damaged" where it is none. */
static const char *uc_find_drop_reason(const uc_json *event, const char *not_before) {
  const char *type = uc_get_text(event, "type"), *time = uc_get_text(event, "time");
  const char *id = uc_get_text(event, "id");
  const uc_json *header = uc_get(event, "header"), *local = uc_get(event, "local");
  if (!type || !id || !uc_fits(id, UC_UUID) || uc_parse_time(time) < 0 || strlen(time) < 20)
    return "damaged";
  if (!header || header->kind != 'o' || header->length < 3 || !local || local->kind != 'o')
    return "damaged";
  if (strcmp(time, not_before) < 0) return "before-consent";
  if (uc_now() - uc_parse_time(time) > 30 * 86400.0) return "too-old";
  if (!strcmp(type, "start") || !strcmp(type, "end")) return NULL;
  if (strcmp(type, "feature")) return "damaged";
  return uc_is_declared_feature(uc_get_text(event, "featureType"), uc_get_text(event, "name"))
             ? NULL
             : "undeclared-feature";
}

/* Makes the header, the event and the mark of the pseudonym as they are sent. */
static int uc_prepare(const uc_json *event, const uc_identity *identity, uc_sent *sent) {
  uc_text header = {NULL, 0, 0, 0}, json = {NULL, 0, 0, 0}, mark = {NULL, 0, 0, 0};
  const char *type = uc_get_text(event, "type"), *time = uc_get_text(event, "time");
  const uc_json *program = uc_get(event, "header"), *local = uc_get(event, "local");
  const uc_json *ci = uc_get(program, "ci");
  const char *machine = uc_get_text(local, "machineId"), *host = uc_get_text(local, "host");
  const char *script = uc_get_text(local, "script");
  const unsigned char *secret = identity->has_secret ? identity->secret : NULL;
  int is_person = !ci || ci->kind == 'n', has_user, is_new;
  double age = identity->made_at - uc_parse_time(time);
  char period[16], first_day[16], generation[16];
  uc_text rest = {NULL, 0, 0, 0};
  uc_find_period(time, period, first_day);
  snprintf(generation, sizeof generation, "%ld", identity->generation);
  has_user = is_person && uc_wants_user == 1 && secret;
  is_new = has_user && age > -1 && age <= 60;
  uc_add(&header, "{\"user\":");
  uc_add_pseudonym(&header, has_user ? secret : NULL, 32, "user", period, generation);
  if (has_user)
    uc_addf(&mark, "%s-%s-%.32s", generation, period, header.at + strlen("{\"user\":\""));
  else uc_add(&mark, "nameless");
  uc_add(&header, ",\"host\":");
  uc_add_pseudonym(&header, is_person && uc_wants_host == 1 ? (const unsigned char *)machine : NULL,
                   machine ? strlen(machine) : 0, "host", period, host);
  uc_add(&header, ",");
  uc_put(&header, program->at + 1, program->length - 2);
  uc_add(&header, ",\"period\":");
  uc_add_value(&header,
               is_person && uc_wants_user + uc_wants_host + uc_wants_script > 0 ? first_day : NULL);
  uc_addf(&header, ",\"isNewSecret\":%s}", is_new ? "true" : "false");
  uc_addf(&json, "{\"id\":\"%s\"", sent->id);
  uc_copy_value(&json, event, "type");
  uc_copy_value(&json, event, "run");
  uc_copy_value(&json, event, "time");
  if (!strcmp(type, "start")) {
    uc_addf(&rest, "%s|", generation);
    uc_add(&rest, script ? script : "");
    uc_add(&json, ",\"script\":");
    uc_add_pseudonym(&json, is_person && uc_wants_script == 1 && script ? secret : NULL, 32,
                     "script", period, rest.at);
    uc_copy_value(&json, event, "repeat");
  } else if (!strcmp(type, "end")) {
    uc_copy_value(&json, event, "durationSeconds");
    uc_copy_value(&json, event, "exitCode");
    uc_copy_value(&json, event, "signal");
  } else {
    uc_copy_value(&json, event, "featureType");
    uc_copy_value(&json, event, "name");
    uc_copy_value(&json, event, "durationSeconds");
    if (uc_get(event, "timings")) uc_copy_value(&json, event, "timings");
    uc_copy_value(&json, event, "count");
    uc_copy_value(&json, event, "internal");
  }
  if (!strcmp(type, "feature")) {
    uc_add(&json, ",\"details\":");
    uc_copy_declared(&json, uc_get(event, "details"), uc_details, 1);
  } else {
    uc_add(&json, ",\"fields\":");
    uc_copy_declared(&json, uc_get(event, "fields"), uc_fields, 0);
  }
  uc_add(&json, "}");
  uc_free(&rest);
  sent->header = header.at;
  sent->json = json.at;
  sent->mark = mark.at;
  return !header.is_broken && !json.is_broken && !mark.is_broken;
}

/* Adds the events of a file to a list; drops, counts and removes what is not sent, if IS_SENDING. A
 * file of this client has one event. */
static void uc_collect_file(const char *folder, const char *name, const uc_identity *identity,
                            const char *not_before, int is_sending, uc_list *list) {
  char path[UC_PATH];
  char *content = uc_join(path, folder, name) ? uc_read_file(path) : NULL;
  uc_json *event = uc_parse(content);
  const char *reason = uc_find_drop_reason(event, not_before);
  uc_sent sent;
  memset(&sent, 0, sizeof sent);
  if (!content || strncmp(content, UC_BY, strlen(UC_BY))) reason = "";
  if (!reason && list->count == list->room) {
    uc_sent *more = (uc_sent *)realloc(list->at, (list->room + 64) * sizeof sent);
    if (!more) reason = "";
    else {
      list->at = more;
      list->room += 64;
    }
  }
  if (!reason) {
    snprintf(sent.id, sizeof sent.id, "%s", uc_get_text(event, "id"));
    sent.path = strdup(path);
    content[strcspn(content, "\n")] = 0;
    if (uc_prepare(event, identity, &sent) && sent.path && (sent.event = strdup(content)))
      list->at[list->count++] = sent;
  } else if (is_sending && !strcmp(reason, "damaged")) {
    char aside[UC_PATH], aside_name[128];
    snprintf(aside_name, sizeof aside_name, "buffer/refused/%.*s.damaged", (int)strcspn(name, "."),
             name);
    uc_project_path(aside, aside_name);
    if (uc_write_file(aside, content, strlen(content), 0)) uc_drop_file(folder, name, reason);
  } else if (is_sending && *reason) uc_drop_file(folder, name, reason);
  uc_free_json(event);
  free(content);
}

/* The events of this client in a folder, as they are sent. */
static void uc_collect(const char *folder, int is_sending, uc_list *list) {
  uc_identity identity;
  char not_before[UC_TIME];
  size_t count, index;
  char **names = uc_list_names(folder, &count);
  memset(&identity, 0, sizeof identity);
  memset(list, 0, sizeof *list);
  uc_read_opt_in(not_before);
  if (count > 0) uc_read_secret(&identity);
  uc_find_generation(&identity);
  for (index = 0; index < count; index++)
    uc_collect_file(folder, names[index], &identity, not_before, is_sending, list);
  uc_free_names(names);
}

/* The exact text of a report of COUNT events that belong together. */
static void uc_add_body(uc_text *text, uc_sent *const *events, size_t count) {
  size_t index;
  uc_add(text, "{\"protocol\":1,\"project\":");
  uc_add_string(text, uc_project);
  uc_addf(text, ",\"client\":%s,\"header\":", uc_client);
  uc_add(text, events[0]->header);
  uc_add(text, ",\"events\":[");
  for (index = 0; index < count; index++) {
    if (index) uc_add(text, ",");
    uc_add(text, events[index]->json);
  }
  uc_add(text, "]}");
}

#define UC_MOST_EVENTS 50

/* Takes the next events that belong together out of a list: how many there are. */
static size_t uc_take_report(uc_list *list, uc_sent **events) {
  size_t count = 0, index;
  for (index = 0; index < list->count && count < UC_MOST_EVENTS; index++) {
    uc_sent *one = list->at + index;
    if (one->is_taken) continue;
    if (count && (strcmp(one->header, events[0]->header) || strcmp(one->mark, events[0]->mark)))
      continue;
    one->is_taken = 1;
    events[count++] = one;
  }
  return count;
}

/* --- Bounds: what nobody can send, or has been sent, does not grow for ever ------------------ */

/* Removes the oldest files with an ending, by their names, beyond 30 days, 1,000 files and 5 MB. */
static void uc_remove_oldest(const char *part, const char *ending) {
  char folder[UC_PATH], path[UC_PATH];
  size_t count, index, kept = 0;
  double left = 5 * 1048576.0;
  char **names;
  struct stat found;
  uc_project_path(folder, part);
  names = uc_list_names(folder, &count);
  for (index = count; index-- > 0;) {
    const char *name = names[index];
    size_t length = strlen(name), end = strlen(ending);
    if (length < end || strcmp(name + length - end, ending)) continue;
    if (!uc_join(path, folder, name) || stat(path, &found)) continue;
    left -= (double)found.st_size;
    if (++kept > 1000 || left < 0 || uc_now() - (double)found.st_mtime > 30 * 86400.0) unlink(path);
  }
  uc_free_names(names);
}

/* One entry of a folder of small documents. */
typedef struct uc_entry {
  char *content;
  uc_json *json;
  int is_replaced;
} uc_entry;

/* The counts of a drop or of a summary of drops, added by reason. */
static void uc_add_counts(const uc_json *entry, char reasons[16][33], double *counts) {
  const uc_json *all = uc_get(entry, "counts"), *one = all ? all->first : uc_get(entry, "count");
  for (; one; one = all ? one->next : NULL) {
    const char *reason = all ? one->name : uc_get_text(entry, "reason");
    int index = 0;
    if (one->kind != 'd' || !reason || !uc_fits(reason, "^[a-z-]{1,32}$")) continue;
    while (index < 16 && *reasons[index] && strcmp(reasons[index], reason)) index++;
    if (index == 16) return;
    strcpy(reasons[index], reason);
    counts[index] += strtod(one->at, NULL);
  }
}

/* Writes the summary of entries: counts by reason of drops, the number of refused events. */
static void uc_write_summary(const char *folder, char **names, uc_entry *entries, size_t old,
                             int is_drops) {
  char reasons[16][33], path[UC_PATH], name[128];
  double counts[16], events = 0;
  uc_text text = {NULL, 0, 0, 0};
  size_t index, first = old, listed = 0;
  memset(reasons, 0, sizeof reasons);
  memset(counts, 0, sizeof counts);
  for (index = 0; index < old; index++) {
    if (!entries[index].json || entries[index].is_replaced) continue;
    if (first == old) first = index;
    if (is_drops) uc_add_counts(entries[index].json, reasons, counts);
    events += uc_get(entries[index].json, "replaces")
                  ? uc_get_number(entries[index].json, "events", 0)
                  : 1;
  }
  if (first == old) return;
  snprintf(name, sizeof name, "%.*s-sum.json",
           (int)(strlen(names[first]) - (strstr(names[first], "-sum.json") ? 9 : 5)), names[first]);
  uc_add(&text, is_drops ? "{\"counts\":{" : "{");
  for (index = 0; is_drops && index < 16 && *reasons[index]; index++)
    uc_addf(&text, "%s\"%s\":%.0f", index ? "," : "", reasons[index], counts[index]);
  if (is_drops) uc_add(&text, "},");
  else uc_addf(&text, "\"events\":%.0f,", events);
  uc_add(&text, "\"replaces\":[");
  for (index = 0; index < old; index++)
    if (entries[index].json && !entries[index].is_replaced && strcmp(names[index], name)) {
      if (listed++) uc_add(&text, ",");
      uc_add_string(&text, names[index]);
    }
  uc_add(&text, "]}");
  if (uc_join(path, folder, name)) uc_write_text(path, &text);
  uc_free(&text);
}

/* Marks the entries that a summary has replaced, and removes their files. */
static void uc_remove_replaced(const char *folder, char **names, uc_entry *entries, size_t count) {
  size_t index, other;
  char path[UC_PATH];
  for (index = 0; index < count; index++) {
    const uc_json *replaces = uc_get(entries[index].json, "replaces");
    const uc_json *one = replaces && replaces->kind == 'a' ? replaces->first : NULL;
    for (; one; one = one->next)
      for (other = 0; other < count; other++)
        if (one->kind == 's' && !entries[other].is_replaced && !strcmp(names[other], one->text)) {
          entries[other].is_replaced = 1;
          if (uc_join(path, folder, names[other])) unlink(path);
        }
  }
}

/* Puts one summary in the place of the oldest entries, if there are more than MOST. Killed at any
 * step, the sum is the same, because the summary names what it replaces. */
static void uc_sum_up(const char *part, size_t most, int is_drops) {
  char folder[UC_PATH], path[UC_PATH];
  size_t count, index, round;
  for (round = 0; round < 2; round++) {
    char **names;
    uc_entry *entries;
    uc_project_path(folder, part);
    names = uc_list_names(folder, &count);
    entries = count > (round ? 0 : most) ? (uc_entry *)calloc(count, sizeof *entries) : NULL;
    if (!entries) {
      uc_free_names(names);
      return;
    }
    for (index = 0; index < count; index++) {
      size_t length = strlen(names[index]);
      if (length < 6 || strcmp(names[index] + length - 5, ".json") ||
          !uc_join(path, folder, names[index]))
        continue;
      entries[index].content = uc_read_file(path);
      entries[index].json = uc_parse(entries[index].content);
    }
    uc_remove_replaced(folder, names, entries, count);
    if (!round) uc_write_summary(folder, names, entries, count - most / 2, is_drops);
    for (index = 0; index < count; index++) {
      uc_free_json(entries[index].json);
      free(entries[index].content);
    }
    free(entries);
    uc_free_names(names);
  }
}

/* Keeps the files within the bounds that they have for `usage`; one process at a time does. */
static void uc_tidy(void) {
  char lock[UC_PATH], folder[UC_PATH], path[UC_PATH];
  size_t count, index;
  char **names;
  uc_project_path(lock, ".tidy");
  if (!uc_claim(lock)) return;
  uc_project_path(folder, "buffer/new");
  names = uc_list_names(folder, &count);
  for (index = 0; index + 2000 < count; index++) {
    char *content = uc_join(path, folder, names[index]) ? uc_read_file(path) : NULL;
    if (content && !strncmp(content, UC_BY, strlen(UC_BY)))
      uc_drop_file(folder, names[index], "quota");
    free(content);
  }
  uc_free_names(names);
  uc_sum_up("drops", 400, 1);
  uc_sum_up("buffer/refused", 200, 0);
  uc_remove_oldest("sent", ".json");
  uc_remove_oldest("buffer/refused", ".damaged");
  uc_give_back(lock);
}

/* --- Delivery: by curl, one report after another --------------------------------------------- */

/* An answer of the collector. STATUS 0: there is none, and CURL is the exit code of curl. */
typedef struct uc_answer {
  int status, curl;
  long retry_after;
  char *text;
} uc_answer;

/* Adds a line of curl's own settings. */
static void uc_add_setting(uc_text *text, const char *name, const char *before, const char *value) {
  uc_addf(text, "%s = \"%s", name, before);
  for (; *value; value++) uc_addf(text, "%s%c", strchr("\"\\", *value) ? "\\" : "", *value);
  uc_add(text, "\"\n");
}

/* Runs curl with a file of settings: its exit code, and what it prints in OUTPUT. */
static int uc_run_curl(const char *settings, char *output, size_t room) {
  int pipes[2], status = 0;
  pid_t child;
  ssize_t got;
  *output = 0;
  if (pipe(pipes)) return 127;
  child = fork();
  if (child == 0) {
    int nothing = open("/dev/null", O_RDWR);
    dup2(nothing, 0);
    dup2(pipes[1], 1);
    dup2(nothing, 2);
    execlp("curl", "curl", "-q", "-K", settings, (char *)NULL);
    _exit(127);
  }
  close(pipes[1]);
  got = child > 0 ? read(pipes[0], output, room - 1) : 0;
  output[got > 0 ? got : 0] = 0;
  close(pipes[0]);
  if (child < 0) return 127;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 127;
}

/* Posts a body within some seconds. */
static uc_answer uc_post(const uc_text *body, double seconds) {
  static const char *const names[] = {".c-settings", ".c-body", ".c-answer", ".c-headers"};
  char paths[4][UC_PATH], now[UC_TIME], output[64];
  uc_text settings = {NULL, 0, 0, 0};
  uc_answer answer;
  char *headers, *line;
  int index;
  memset(&answer, 0, sizeof answer);
  for (index = 0; index < 4; index++) uc_project_path(paths[index], names[index]);
  uc_format_time(uc_now(), now);
  uc_addf(&settings, "silent\nglobboff\nwrite-out = \"%%{http_code}\"\nmax-filesize = 1048576\n");
  uc_addf(&settings, "max-time = %d\n", seconds < 8 ? (int)seconds : 8);
  uc_add_setting(&settings, "header", "content-type: ", "application/json");
  uc_add_setting(&settings, "header", "expect:", "");
  uc_add_setting(&settings, "header", "usage-sent-at: ", now);
  if (*uc_write_key) uc_add_setting(&settings, "header", "authorization: Bearer ", uc_write_key);
  uc_add_setting(&settings, "data-binary", "@", paths[1]);
  uc_add_setting(&settings, "output", "", paths[2]);
  uc_add_setting(&settings, "dump-header", "", paths[3]);
  uc_addf(&settings, "url = \"%s/v1/reports\"\n", uc_endpoint);
  answer.curl = 127;
  if (uc_write_text(paths[1], body) && uc_write_text(paths[0], &settings))
    answer.curl = uc_run_curl(paths[0], output, sizeof output);
  if (answer.curl == 0) {
    answer.status = atoi(output);
    answer.text = uc_read_file(paths[2]);
    headers = uc_read_file(paths[3]);
    for (line = headers; line && *line; line += strcspn(line, "\n"), line += *line == '\n')
      if (!strncasecmp(line, "retry-after:", 12)) answer.retry_after = atol(line + 12);
    free(headers);
  }
  for (index = 0; index < 4; index++) unlink(paths[index]);
  uc_free(&settings);
  return answer;
}

/* Puts a report into the folder of the endpoint, for the group that forwards it. A folder that is
 * missing is a disk that is not mounted: it is never made. */
static uc_answer uc_lay_down(const uc_text *body) {
  char path[UC_PATH], message[UC_PATH + 80];
  unsigned char digest[32];
  uc_text name = {NULL, 0, 0, 0};
  uc_answer answer;
  struct stat found;
  memset(&answer, 0, sizeof answer);
  answer.curl = 127;
  uc_sha256((const unsigned char *)body->at, body->length, digest);
  uc_add_hex(&name, digest, 16);
  uc_add(&name, ".json");
  if (!name.is_broken && uc_join(path, uc_inbox, name.at) && !stat(uc_inbox, &found) &&
      S_ISDIR(found.st_mode) && uc_write_file_as(path, body->at, body->length, 0, 0640)) {
    answer.curl = 0;
    snprintf(message, sizeof message, "written to the folder as %s; delivery is not confirmed",
             name.at);
    answer.text = strdup(message);
  }
  uc_free(&name);
  return answer;
}

/* Adds an entry to the log, for `usage log`. TEXT has the entry without its end. */
static void uc_log(uc_text *text) {
  char path[UC_PATH], name[64], id[37];
  uc_add(text, ",\"endpoint\":");
  uc_add_string(text, uc_endpoint);
  uc_add(text, "}");
  if (!uc_new_id(id)) return;
  snprintf(name, sizeof name, "sent/%s.json", id);
  uc_project_path(path, name);
  uc_write_text(path, text);
}

/* Nothing is confirmed: sets the time of the next try, and logs the failure. The time is chance
 * within a bound that doubles, but no earlier than the collector says. */
static void uc_keep_for_next_try(const char *reason, const char *message, const uc_answer *answer,
                                 const uc_text *body, size_t count) {
  char path[UC_PATH], now[UC_TIME], next[UC_TIME];
  unsigned char chance[2] = {128, 0};
  double failures, bound = 5, delay;
  uc_text text = {NULL, 0, 0, 0};
  int index;
  uc_read_next_try(&failures);
  for (index = 0; index < failures && bound < 3600; index++) bound *= 2;
  uc_random(chance, 2);
  delay = (bound < 3600 ? bound : 3600) * (chance[0] * 256 + chance[1]) / 65536;
  if (answer->retry_after > delay)
    delay = answer->retry_after < 86400 ? (double)answer->retry_after : 86400;
  uc_format_time(uc_now(), now);
  uc_format_time(uc_now() + delay, next);
  uc_addf(&text,
          "{\"failures\":%.0f,\"nextTryAt\":\"%s\",\"lastError\":{\"at\":\"%s\",\"reason\":\"%s\","
          "\"message\":",
          failures + 1, next, now, reason);
  uc_add_string(&text, message);
  uc_add(&text, "}}");
  uc_project_path(path, "next-try");
  uc_write_text(path, &text);
  uc_free(&text);
  uc_addf(&text, "{\"failedAt\":\"%s\",\"events\":%lu,\"reason\":\"%s\",\"message\":", now,
          (unsigned long)count, reason);
  uc_add_string(&text, message);
  uc_add(&text, ",\"body\":");
  uc_add_value(&text, strcmp(reason, "offline") ? body->at : NULL);
  uc_log(&text);
  uc_free(&text);
}

/* Whether this is a collector's own error: what a proxy or a portal on the way says decides
 * nothing. */
static int uc_is_error_document(const char *text) {
  uc_json *document = uc_parse(text);
  const uc_json *error = uc_get(document, "error");
  const char *code = uc_get_text(error, "code");
  int is_own = code && !strncmp(code, "USAGE_", 6) && uc_get_text(error, "message");
  uc_free_json(document);
  return is_own;
}

/* Sets an event aside that the collector refuses. */
static void uc_set_aside(const uc_sent *sent, const char *code, const char *message) {
  char path[UC_PATH], name[80], now[UC_TIME];
  uc_text text = {NULL, 0, 0, 0};
  uc_format_time(uc_now(), now);
  uc_add(&text, "{\"code\":");
  uc_add_string(&text, code);
  uc_add(&text, ",\"message\":");
  uc_add_string(&text, message);
  uc_addf(&text, ",\"refusedAt\":\"%s\",\"event\":", now);
  uc_add(&text, sent->event);
  uc_add(&text, "}");
  snprintf(name, sizeof name, "buffer/refused/%s.json", sent->id);
  uc_project_path(path, name);
  uc_write_text(path, &text);
  uc_free(&text);
}

/* The refusal of an event in an answer, or NULL. */
static const uc_json *uc_find_refusal(const uc_json *answer, size_t index) {
  const uc_json *rejected = uc_get(answer, "rejected");
  const uc_json *one = rejected && rejected->kind == 'a' ? rejected->first : NULL;
  while (one && uc_get_number(one, "index", -1) != (double)index) one = one->next;
  return one;
}

/* How many events an answer confirms or refuses; -1 if it is none. */
static double uc_count_answered(const uc_json *answer, size_t count) {
  double total = uc_get_number(answer, "accepted", -1);
  const uc_json *rejected = uc_get(answer, "rejected"), *one;
  size_t index;
  if (total < 0 || uc_get_number(answer, "duplicates", 0) < 0) return -1;
  total += uc_get_number(answer, "duplicates", 0);
  for (one = rejected ? rejected->first : NULL; one; one = one->next)
    if (!uc_get_text(one, "code") || !uc_get_text(one, "message")) return -1;
  for (index = 0; index < count; index++) total += uc_find_refusal(answer, index) != NULL;
  return total;
}

/* The answer is final: logs it, removes the events, and sets aside those that are refused. */
static void uc_settle(uc_sent **events, size_t count, const uc_text *body, const uc_answer *answer,
                      const uc_json *document, int is_refused) {
  char path[UC_PATH], now[UC_TIME], code[32];
  uc_text text = {NULL, 0, 0, 0};
  size_t index, listed = 0;
  uc_format_time(uc_now(), now);
  snprintf(code, sizeof code, "http-%d", answer->status);
  uc_addf(&text, "{\"sentAt\":\"%s\",\"ids\":[", now);
  for (index = 0; index < count; index++)
    if (!is_refused && !uc_find_refusal(document, index))
      uc_addf(&text, "%s\"%s\"", listed++ ? "," : "", events[index]->id);
  uc_add(&text, "],\"body\":");
  uc_add_string(&text, body->at);
  uc_addf(&text, ",\"status\":%d,\"answer\":", answer->status);
  uc_add_string(&text, answer->text);
  if (!is_refused) uc_log(&text);
  uc_free(&text);
  for (index = 0; index < count; index++) {
    const uc_json *refusal = uc_find_refusal(document, index);
    if (is_refused) uc_set_aside(events[index], code, answer->text);
    else if (refusal)
      uc_set_aside(events[index], uc_get_text(refusal, "code"), uc_get_text(refusal, "message"));
    unlink(events[index]->path);
  }
  uc_project_path(path, "next-try");
  unlink(path);
}

/* Asks consent again; while somebody waits to be forgotten nothing is sent. */
static int uc_may_send_now(void) {
  char path[UC_PATH];
  uc_project_path(path, "forget.json");
  return uc_decide().may_send && !uc_exists(path);
}

/* Answers after which the events wait for the next try, with the reason. */
static const char *uc_find_reason_to_keep(int status) {
  switch (status) {
  case 401:
  case 403: return "key-refused";
  case 404: return "project-unknown";
  case 408: return "timeout";
  case 425:
  case 429:
  case 503: return "busy";
  default: return NULL;
  }
}

/* Posts a report: whether it has its answer, and its events are gone from the buffer. Else nothing
 * is confirmed, and all its events wait. */
static int uc_deliver(uc_sent **events, size_t count, double until) {
  uc_text body = {NULL, 0, 0, 0};
  uc_answer answer;
  uc_json *document = NULL;
  char path[UC_PATH], name[128], message[80];
  const char *reason;
  int is_done = 0, is_final;
  double left = until - uc_elapsed();
  if (left < 1 || !uc_may_send_now()) return 0;
  snprintf(name, sizeof name, "periods/%.100s", events[0]->mark);
  uc_project_path(path, name);
  uc_write_file(path, "", 0, 0);
  uc_add_body(&body, events, count);
  if (body.is_broken) return 0;
  answer = *uc_inbox ? uc_lay_down(&body) : uc_post(&body, left);
  reason = uc_find_reason_to_keep(answer.status);
  if (answer.status == 413 && count > 1) {
    is_done = uc_deliver(events, count / 2, until) &&
              uc_deliver(events + count / 2, count - count / 2, until);
  } else if (answer.curl) {
    if (*uc_inbox) snprintf(message, sizeof message, "the folder is missing or cannot be written");
    else snprintf(message, sizeof message, "curl ended with exit code %d", answer.curl);
    reason = *uc_inbox ? "no-folder" : answer.curl == 28 ? "timeout" : "offline";
    uc_keep_for_next_try(reason, message, &answer, &body, count);
  } else if (*uc_inbox) {
    is_done = answer.text != NULL;
    if (is_done) uc_settle(events, count, &body, &answer, NULL, 0);
  } else {
    is_final =
        answer.status >= 400 && answer.status < 500 && !reason && uc_is_error_document(answer.text);
    document = answer.status >= 200 && answer.status < 300 ? uc_parse(answer.text) : NULL;
    is_done = is_final || uc_count_answered(document, count) == (double)count;
    snprintf(message, sizeof message, "the collector answered %d", answer.status);
    if (is_done) uc_settle(events, count, &body, &answer, document, is_final);
    else uc_keep_for_next_try(reason ? reason : "server-error", message, &answer, &body, count);
  }
  uc_free_json(document);
  free(answer.text);
  uc_free(&body);
  return is_done;
}

/* Sends what waits of this client, within ten seconds. CLAIM is won. */
static void uc_send(const char *claim) {
  double until = uc_elapsed() + 9.5;
  char folder[UC_PATH], from[UC_PATH], to[UC_PATH];
  uc_sent *events[UC_MOST_EVENTS];
  size_t count, index, moved = 1;
  int is_going_on = 1;
  uc_tidy();
  uc_project_path(folder, "buffer/new");
  while (is_going_on && moved && uc_may_send_now()) {
    uc_list list;
    char **names = uc_list_names(folder, &count);
    for (index = moved = 0; index < count; index++) {
      char *content = uc_join(from, folder, names[index]) ? uc_read_file(from) : NULL;
      if (content && !strncmp(content, UC_BY, strlen(UC_BY)) && uc_join(to, claim, names[index]))
        moved += !rename(from, to);
      free(content);
    }
    uc_free_names(names);
    uc_collect(claim, 1, &list);
    while (is_going_on && (count = uc_take_report(&list, events)) > 0)
      is_going_on = uc_deliver(events, count, until);
    uc_free_list(&list);
  }
  uc_give_back(claim);
}

/* --- The words of the command ---------------------------------------------------------------- */

static const char *uc_own_command(void) {
  static char path[UC_PATH];
  return uc_find_command(path) ? path : uc_command;
}

static int uc_print_consent(void) {
  uc_consent consent = uc_decide();
  printf("%s%s%s\n", consent.reason, *consent.decided_by ? " " : "", consent.decided_by);
  return 0;
}

/* Prints what is recorded, which rule decided, where everything lies, and what can be done. */
static int uc_print_status(void) {
  uc_consent consent = uc_decide();
  char path[UC_PATH];
  size_t count;
  int is_waiting = uc_is_allowed(&consent) && !consent.may_send;
  printf("%s  %s\n", uc_project, is_waiting ? "waiting" : uc_is_allowed(&consent) ? "on" : "off");
  printf("  Decided by  %s", is_waiting ? "notice-pending" : consent.reason);
  printf(*consent.decided_by ? " (%s)\n" : "%s\n", consent.decided_by);
  if (is_waiting)
    printf("              Sent by a run a minute after the notice, unless you opt out.\n");
  uc_project_path(path, "buffer/new");
  uc_free_names(uc_list_names(path, &count));
  printf("  Goes to     %s\n  Waiting     %lu event%s\n", uc_endpoint, (unsigned long)count,
         count == 1 ? "" : "s");
  uc_project_path(path, "sent");
  uc_free_names(uc_list_names(path, &count));
  printf("  Sent log    %s, entries: %lu\n", path, (unsigned long)count);
  uc_project_path(path, "");
  printf("  State       %s\n", path);
  uc_find_folder(0, path);
  printf("  Settings    %s\n", path);
  printf("To see what is sent next: %s preview\n", uc_own_command());
  printf("To opt out: %s optout\nTo opt in: %s optin\n", uc_own_command(), uc_own_command());
  printf("To erase what was sent: usage forget %s (requires Node.js)\n", uc_project);
  printf("Questions: %s\n", uc_contact);
  return 0;
}

/* Prints the bodies that would be sent next. */
static int uc_print_preview(void) {
  char folder[UC_PATH];
  uc_sent *events[UC_MOST_EVENTS];
  uc_list list;
  size_t count;
  uc_project_path(folder, "buffer/new");
  uc_collect(folder, 0, &list);
  while ((count = uc_take_report(&list, events)) > 0) {
    uc_text body = {NULL, 0, 0, 0};
    uc_add_body(&body, events, count);
    if (!body.is_broken) puts(body.at);
    uc_free(&body);
  }
  uc_free_list(&list);
  return 0;
}

static int uc_fail(const char *word, const char *path) {
  fprintf(stderr, "%s: %s: %s\n", word, strerror(errno), path);
  fprintf(stderr, "To opt out without this file, set USAGE_TRACKING=false.\n");
  return 1;
}

/* Stops recording and sending for this project: nothing that waits is sent. */
static int uc_opt_out(void) {
  char path[UC_PATH], name[64], now[UC_TIME];
  uc_text text = {NULL, 0, 0, 0};
  snprintf(name, sizeof name, "optout.d/%s", uc_project);
  uc_config_path(path, name);
  uc_format_time(uc_now(), now);
  uc_addf(&text, "Opted out at %s.\n", now);
  if (!uc_write_text(path, &text)) return uc_fail("optout", path);
  uc_free(&text);
  uc_empty_buffer();
  printf("Opted out of %s: nothing is recorded or sent.\n  %s\n", uc_project, path);
  printf("To opt in: %s optin\n", uc_own_command());
  return 0;
}

/* Allows recording and sending again. What is from before is not sent after an opt-out. */
static int uc_opt_in(void) {
  char own[UC_PATH], all[UC_PATH], path[UC_PATH], name[64], now[UC_TIME], before[UC_TIME];
  uc_text text = {NULL, 0, 0, 0};
  uc_consent consent;
  int is_after_opt_out;
  snprintf(name, sizeof name, "optout.d/%s", uc_project);
  uc_config_path(own, name);
  uc_config_path(all, "optout");
  is_after_opt_out = uc_exists(own) || uc_exists(all);
  uc_read_opt_in(before);
  uc_format_time(uc_now(), now);
  uc_addf(&text, "{\"yesAt\":\"%s\",\"notBefore\":", now);
  uc_add_value(&text, is_after_opt_out ? now : *before ? before : NULL);
  uc_add(&text, "}\n");
  snprintf(name, sizeof name, "optin.d/%s.json", uc_project);
  uc_config_path(path, name);
  if (!uc_write_text(path, &text)) return uc_fail("optin", path);
  uc_free(&text);
  if (is_after_opt_out) uc_empty_buffer();
  if (unlink(own) && errno != ENOENT) return uc_fail("optin", own);
  uc_notice_path(path, ".open");
  uc_write_file(path, "", 0, 0);
  consent = uc_decide();
  if (uc_is_allowed(&consent)) printf("Opted in to %s.\n", uc_project);
  else {
    printf("The opt-in to %s is saved, but recording is still off: %s", uc_project, consent.reason);
    printf(*consent.decided_by ? " (%s)\n" : "%s\n", consent.decided_by);
  }
  printf("To opt out: %s optout\n", uc_own_command());
  return 0;
}

/* Sends in the background, for a program that has won the claim; or in front, for a person or a
 * job. */
static int uc_send_now(const char *claim) {
  char path[UC_PATH];
  char **names;
  size_t count, index;
  setenv("USAGE_SENDER", "1", 1);
  if (claim) {
    names = uc_list_names("/dev/fd", &count);
    for (index = 0; index < count; index++)
      if (atoi(names[index]) > 2) close(atoi(names[index]));
    uc_free_names(names);
    if (chdir("/") || !uc_exists(claim)) return 0;
    uc_send(claim);
    return 0;
  }
  uc_project_path(path, "buffer/sending/c");
  if (!uc_claim(path)) {
    fprintf(stderr, "Another sender is at work, or %s cannot be made.\n", path);
    return 1;
  }
  uc_send(path);
  return 0;
}

/* What the words of a start, an end or a feature say. */
typedef struct uc_arguments {
  const char *name, *values[11];
  int is_internal, prints_id;
  long unread;
} uc_arguments;

enum {
  UC_SCRIPT,
  UC_APPLICATION,
  UC_VERSION,
  UC_COMMIT,
  UC_COMPONENT,
  UC_EXIT_CODE,
  UC_SIGNAL,
  UC_RUN,
  UC_TYPE,
  UC_DURATION,
  UC_COUNT,
  UC_FIELD,
  UC_DETAIL
};

static const char *const uc_flags[] = {
    "--script",    "--application", "--app-version", "--commit", "--component",
    "--exit-code", "--signal",      "--run",         "--type",   "--duration",
    "--count",     "--field",       "--detail",      NULL};

/* Takes `--flag value` and `--flag=value`; a word without a flag is the name of a feature, the
 * version of a start or the code of an end. What cannot be read is said and left out. */
static void uc_read_arguments(int count, char **words, uc_arguments *arguments) {
  int index;
  memset(arguments, 0, sizeof *arguments);
  for (index = 2; index < count; index++) {
    const char *word = words[index], *equals = strchr(word, '='), *value;
    size_t length = equals ? (size_t)(equals - word) : strlen(word);
    int flag = 0;
    char *pair, *sign;
    while (uc_flags[flag] &&
           (strlen(uc_flags[flag]) != length || strncmp(uc_flags[flag], word, length)))
      flag++;
    value = equals ? equals + 1 : words[index + 1];
    if (!strcmp(word, "--internal")) arguments->is_internal = 1;
    else if (!strcmp(word, "--print-id")) arguments->prints_id = 1;
    else if (*word != '-' && !arguments->name) arguments->name = word;
    else if (!uc_flags[flag] || !value) {
      if (isatty(2)) fprintf(stderr, "%s: cannot be read and is left out\n", word);
      arguments->unread++;
    } else {
      index += !equals;
      if (flag < UC_FIELD) arguments->values[flag] = *value ? value : NULL;
      else if ((pair = strdup(value)) != NULL) {
        sign = strchr(pair, '=');
        if (sign) *sign = 0;
        (flag == UC_FIELD ? usage_field : usage_detail)(pair, sign ? sign + 1 : "");
        free(pair);
      }
    }
  }
}

static void uc_start_word(const uc_arguments *arguments) {
  const char *const *values = arguments->values;
  const char *version = values[UC_VERSION] ? values[UC_VERSION] : arguments->name;
  if (!usage_start_as(version, values[UC_APPLICATION], values[UC_COMMIT], values[UC_COMPONENT],
                      values[UC_SCRIPT] ? values[UC_SCRIPT] : ""))
    return;
  uc_open_run();
  if (arguments->prints_id) puts(uc_state.run);
}

/* The run that an end or a feature says or pairs with: whether there is one. Its record goes to
 * MATCH, if it is open. */
static int uc_choose_run(const uc_arguments *arguments, const uc_place *place, char *run,
                         uc_match *match) {
  const char *said = arguments->values[UC_RUN];
  char inherited[37];
  long starter;
  int index, step = UC_CALLERS, found;
  memset(match, 0, sizeof *match);
  if (said) {
    if (!uc_fits(said, UC_UUID)) return 0;
    for (index = 0; index <= 36; index++) run[index] = (char)tolower((unsigned char)said[index]);
    uc_read_run(run, match);
    return 1;
  }
  found = uc_find_run(place, match);
  if (arguments->values[UC_TYPE] && uc_find_inherited_run(inherited, &starter)) {
    for (index = 0; index < place->count; index++)
      if (place->callers[index].pid == starter) step = index;
    if (found == 0 || match->from_event >= step) {
      uc_free_match(match);
      uc_read_run(inherited, match);
      strcpy(run, inherited);
      return 1;
    }
  }
  if (found == 1) snprintf(run, 37, "%s", uc_get_text(match->record, "run"));
  else uc_free_match(match);
  return found == 1;
}

/* The number of a signal, by its name or number; 0 if it is none. */
static int uc_read_signal(const char *word) {
  char name[16];
  int number;
  double said;
  if (uc_read_number(word, &said)) return said >= 1 && said < 128 ? (int)said : 0;
  for (number = 1; number < 128; number++) {
    uc_name_signal(number, name);
    if (!strcasecmp(word, name) || !strcasecmp(word, name + 3)) return number;
  }
  return 0;
}

static void uc_end_word(const uc_arguments *arguments, const uc_place *place) {
  const char *code =
      arguments->values[UC_EXIT_CODE] ? arguments->values[UC_EXIT_CODE] : arguments->name;
  const char *by = arguments->values[UC_SIGNAL];
  char run[37], path[UC_PATH], name[64];
  uc_consent consent;
  uc_match match;
  int is_paired = uc_choose_run(arguments, place, run, &match),
      signal_number = by ? uc_read_signal(by) : 0;
  char *header = uc_copy_header(&match);
  double number;
  int is_code = code && uc_read_number(code, &number) && (double)(int64_t)number == number &&
                number >= -2147483648.0 && number <= 4294967295.0;
  snprintf(name, sizeof name, "%.0f", is_code ? number : 0);
  if (header && uc_may_record(&consent)) {
    uc_drop("undeclared-field", (code && !is_code) + (by && !signal_number), NULL);
    if (uc_write_end(is_paired ? run : NULL, header, match.record ? uc_measure(&match, place) : -1,
                     is_code ? name : NULL, signal_number)) {
      snprintf(name, sizeof name, "runs/%s.json", run);
      uc_project_path(path, name);
      if (match.record) unlink(path);
      uc_follow(&consent, 0, 0);
    }
  }
  free(header);
  uc_free_match(&match);
}

static void uc_feature_word(uc_arguments *arguments, const uc_place *place) {
  static const char standard[] = "Feature";
  const char *const *values = arguments->values;
  const char *type = values[UC_TYPE] ? values[UC_TYPE] : standard;
  char run[37];
  uc_match match;
  double count = 1, seconds = -1;
  int is_count = !values[UC_COUNT] || uc_read_number(values[UC_COUNT], &count);
  int is_duration =
      !values[UC_DURATION] || (uc_read_number(values[UC_DURATION], &seconds) && seconds >= 0);
  arguments->values[UC_TYPE] = type;
  uc_state.has_run = uc_choose_run(arguments, place, run, &match);
  if (uc_state.has_run) strcpy(uc_state.run, run);
  uc_state.header = uc_copy_header(&match);
  usage_uses(type, arguments->name, is_count && count >= 1 && count <= 1e9 ? (long)count : 0,
             is_duration ? seconds : UC_MOST_SECONDS * 2, arguments->is_internal);
  uc_free_match(&match);
}

/* Records a start, an end or a feature. It never fails. */
static int uc_record_word(const char *word, int count, char **words) {
  uc_arguments arguments;
  uc_place place;
  uc_consent consent;
  uc_read_arguments(count, words, &arguments);
  uc_read_place(&place);
  if (arguments.unread && uc_may_record(&consent))
    uc_drop("undeclared-field", arguments.unread, NULL);
  if (!strcmp(word, "start")) uc_start_word(&arguments);
  if (!strcmp(word, "end")) uc_end_word(&arguments, &place);
  if (!strcmp(word, "feature")) uc_feature_word(&arguments, &place);
  return 0;
}

/* Names the words that people type, in one line. */
static int uc_refuse(int count, char **words) {
  int index;
  fprintf(stderr, "Got");
  for (index = 1; index < count; index++) fprintf(stderr, " %s", words[index]);
  fprintf(stderr, "%s. Usage: %s status|preview|optout|optin; ", count > 1 ? "" : " nothing",
          uc_own_command());
  fprintf(stderr, "scripts call start, feature, end, consent and send.\n");
  return 2;
}

int main(int count, char **words) {
  const char *word = count > 1 ? words[1] : "";
  signal(SIGCHLD, SIG_DFL);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
  if (!strcmp(word, "start") || !strcmp(word, "end") || !strcmp(word, "feature"))
    return uc_record_word(word, count, words);
  if (!strcmp(word, "send")) return uc_send_now(count > 2 ? words[2] : NULL);
  if (count != 2) return uc_refuse(count, words);
  if (!strcmp(word, "status")) return uc_print_status();
  if (!strcmp(word, "preview")) return uc_print_preview();
  if (!strcmp(word, "optout")) return uc_opt_out();
  if (!strcmp(word, "optin")) return uc_opt_in();
  if (!strcmp(word, "consent")) return uc_print_consent();
  return uc_refuse(count, words);
}

#endif /* USAGE_MAIN */
#endif /* _WIN32 */
#endif
