#!/usr/bin/env python3
# mypy: allow-untyped-defs, allow-untyped-calls, no-check-untyped-defs, no-warn-return-any
"""Counts the use of @PROJECT@.

Made by `usage embed --lang python`: make it again when the project file changes.

    import usage_client    # Python 3.6 or newer, no Windows
    usage_client.start(version="1.4.0")
    usage_client.feature("Solver.explicit")
    usage_client.end(exit_code=0)

`python3 usage_client.py status` prints what is recorded, `preview` what would be sent; `optout` and
`optin` decide. The functions write small files and return: they use no network, raise nothing, and
print only one notice, once. USAGE_DEBUG=1 prints what is not recorded, and USAGE_STRICT=1 warns of
wrong calls. Files and rules are those of the program `usage`, which may work beside this file.

Contents: the project; JSON; files; time and ids; consent; what may be recorded; merging; recording
(start, feature, end); the notice; the sender's process; bounds; reports; delivery; the program.
"""

import sys

if __name__ == "__main__" and not sys.flags.isolated:
    del sys.path[0]  # A file beside this one, such as signal.py, is no module of Python.

import _thread
import atexit
import bisect
import collections
import contextlib
import datetime
import errno
import fnmatch
import functools
import hashlib
import hmac
import json
import math
import operator
import os
import re
import select
import shlex
import signal
import socket
import stat
import subprocess
import textwrap
import threading
import time
import warnings
from typing import Any, Callable, Mapping, Optional, SupportsFloat, Tuple, TypeVar, Union

# --- The project ---


def _rows(table):
    """The rows of a table of constants: a line each, with two blanks between cells."""
    return [line.split("  ") for line in table.split("\n")[1:-1]]


@CONSTANTS@

# --- What is known of every project ---

__all__ = ["UsageWarning", "consent", "end", "feature", "main", "start"]

ID = PROJECT["project"]
UUID = "[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"

# The beginning of each line that Python writes.
OPENING = '{"by":"%s",' % CLIENT["name"]

# What the process remembers: whether it had a run, when it looked at the buffer, whether it showed
# the notice. Each step that several threads may take at once is one operation of a dict or list.
STATE: Any = {"has_started": False, "looked_at": 0.0, "has_shown_notice": False}

# The open runs of the process, and of the process that forked it, oldest first.
RUNS: Any = []

# The call that is at work in a thread: the file of code and the thread that made it, and what to
# tell developers; and all lines that were printed for them.
CALL = threading.local()
TOLD: Any = set()

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

# In JSON: texts, and numbers that JavaScript writes in another way.
ODD_NUMBER = re.compile(r'"(?:[^"\\]|\\.)*"|-?[0-9]+\.0(?![0-9e])|-?[0-9.]+e[-+][0-9]+')

# Signals for which programs have handlers that raise an exception.
HANDLED = "SIGALRM SIGHUP SIGINT SIGPROF SIGTERM SIGUSR1 SIGUSR2 SIGVTALRM SIGXCPU".split()

# The keys of an event that are sent.
SENT_KEYS = {
    "start": "id type run time script repeat fields".split(),
    "feature": "id type run time featureType name durationSeconds timings count internal "
    "details".split(),
    "end": "id type run time durationSeconds exitCode signal fields".split(),
}

# What is raised where JSON is none, or is something else than is expected.
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, RecursionError)

# Answers of a collector after which the events wait, with the reason.
KEPT = {
    401: "key-refused",
    403: "key-refused",
    404: "project-unknown",
    408: "timeout",
    425: "busy",
    429: "busy",
    503: "busy",
}

# An event on disk, and as JSON as it is sent.
Sent = collections.namedtuple("Sent", ["path", "event", "json"])

# A report: the text before its events, its events, and the mark of its pseudonym.
Report = collections.namedtuple("Report", ["opening", "events", "mark"])


# --- JSON as `usage` writes it ---


def _to_json(value):
    """JSON with the bytes that `usage` writes: without blanks, letters as they are."""
    return ODD_NUMBER.sub(_write_as_javascript, _encode(value))


def _write_as_javascript(found):
    """A number as JavaScript writes it: 1.0 is 1, 1e-05 is 0.00001, and 1e-09 is 1e-9."""
    text = found.group()
    if text[0] == '"':
        return text
    digits, _, exponent = text.partition("e")
    if not exponent:
        return digits[:-2]
    whole, _, part = digits.partition(".")
    if -7 < int(exponent) < 0:
        return whole[:-1] + "0." + "0" * (-1 - int(exponent)) + whole[-1] + part
    if 0 < int(exponent) < 21:
        return whole + part.ljust(int(exponent), "0")
    return "%se%+d" % (digits, int(exponent))


# --- Files: written whole or not at all, for their owner alone ---


def _find_folder(own, xdg, below_home, on_macos):
    """The path of one of the two folders of `usage`: its own variable, XDG's, or the platform's."""
    if _lost_by(own, xdg):
        return NOWHERE
    if os.environ.get(own):
        return os.environ[own]
    if os.path.isabs(os.environ.get(xdg, "")):
        return os.path.join(os.environ[xdg], "usage")
    below = ["Library", on_macos] if sys.platform == "darwin" else below_home
    return os.path.join(os.path.expanduser("~"), *below, "usage")


def _lost_by(own, xdg):
    """The variable because of which one of the two folders cannot be found, or None.

    Only an absolute path in UTF-8 names a folder: with any other, a decision would not hold
    everywhere.
    """
    is_xdg = os.path.isabs(os.environ.get(xdg, ""))
    name = own if os.environ.get(own) else xdg if is_xdg else "HOME"
    path = os.environ.get(name, os.path.expanduser("~"))
    return None if os.path.isabs(path) and not re.search("[\udc80-\udcff\ufffd]", path) else name


# Below a device there is nothing, and nothing can be created.
NOWHERE = os.path.join(os.devnull, "usage")


def _state_path(*names):
    """A path in the state folder."""
    below_home = [".local", "state"]
    folder = _find_folder("USAGE_STATE_DIR", "XDG_STATE_HOME", below_home, "Application Support")
    return os.path.join(folder, *names)


def _config_path(*names):
    """A path in the folder of settings."""
    folder = _find_folder("USAGE_CONFIG_DIR", "XDG_CONFIG_HOME", [".config"], "Preferences")
    return os.path.join(folder, *names)


def _project_path(*names):
    """A path in the folder of this project's events."""
    return _state_path(FOLDER, *names)


def _make_folder(path):
    """Makes a folder and those above it. A failure shows when a file is written into it."""
    if os.path.isdir(path):
        return
    _make_folder(os.path.dirname(path))
    try:
        os.mkdir(path, 0o700)
        os.chmod(path, 0o700)  # Whatever the umask is.
    except OSError:
        pass


def _write_file(path, text, put=os.replace, mode=0o600):
    """Writes a file, or replaces it, in one step: nobody sees a part of it, and a failure leaves
    nothing. Of another `mode` than that of an owner alone, it is on disk when this returns."""
    name = ".%s.%s.tmp" % (os.path.basename(path), os.urandom(8).hex())
    temporary = os.path.join(os.path.dirname(path), name)
    _make_folder(os.path.dirname(path))
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            if os.fstat(descriptor).st_mode & mode != mode:  # The umask hides it.
                os.chmod(descriptor, mode)
            file.write(text.encode("utf-8", "replace"))
            if mode != 0o600:
                file.flush()
                os.fsync(descriptor)
        put(temporary, path)
    finally:
        try:
            os.unlink(temporary)
        except OSError:
            pass


def _create_file(path, text):
    """Creates a file in one step. Raises FileExistsError where there is one already."""

    def put(temporary, path):
        try:
            os.link(temporary, path)
        except FileExistsError:
            raise
        except OSError:  # A file system without hard links.
            if os.path.lexists(path):
                raise FileExistsError(path)
            os.replace(temporary, path)

    _write_file(path, text, put)


def _read_file(path, instead=None):
    """The text of a file; `instead` where there is none, it cannot be read, has more than 4 MiB, or
    is a device or a pipe that would have the program wait."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return instead
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            content = file.read(2**22 + 1)
        return content.decode("utf-8", "replace") if len(content) <= 2**22 else instead
    except OSError:
        return instead


def _list_names(folder):
    """The sorted names in a folder, without hidden ones; none where there is no folder."""
    if not os.path.isdir(folder):
        return []
    return sorted(name for name in os.listdir(folder) if not name.startswith("."))


def _remove_file(path):
    """Removes a file, unless somebody else has done so."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass


def _exists(path):
    """Whether anything is there, even a link to nothing; None if that cannot be known."""
    try:
        os.lstat(path)
        return True
    except OSError as error:
        return False if error.errno == errno.ENOENT else None


# --- Time and ids ---


def _format_time(seconds=None):
    """A time as text, in UTC with milliseconds: now, or so many seconds since 1970."""
    seconds = time.time() if seconds is None else seconds
    moment = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _read_elapsed_clock():
    """Seconds of a clock that never jumps, and goes on while the machine is suspended."""
    try:
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    except (AttributeError, OSError):  # Python 3.6, or another system than Linux.
        return time.monotonic()


def _parse_time(text):
    """Seconds since 1970 of a time as text. Not by `strptime`, which imports a module: a process
    that is forked meanwhile waits for that for ever."""
    pattern = r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)"
    numbers = map(int, re.fullmatch(pattern, text[:19]).groups())
    return datetime.datetime(*numbers, tzinfo=datetime.timezone.utc).timestamp()


def _new_id():
    """A UUID of version 7, by time to 1/4096 ms (RFC 9562, 6.2, method 3)."""
    chance = int.from_bytes(os.urandom(8), "big") & (1 << 62) - 1
    moment, fraction = divmod(int(time.time() * 4096000), 4096)
    number = moment << 80 | 7 << 76 | fraction << 64 | 2 << 62 | chance
    return re.sub("(.{8})(.{4})(.{4})(.{4})(.{12})", r"\1-\2-\3-\4-\5", "%032x" % number)


# --- Consent: every rule can only say no; the first that does is the reason ---


def _read_site_policy():
    """The file by which the site opts out, or None; whether the site has given notice."""
    for path in ("/etc/usage/off", "/etc/usage/off.d/" + ID):
        if _exists(path) is not False:
            return path, False
    path = "/etc/usage/policy.json"
    if _exists(path) is False:
        return None, False
    try:
        policy = json.loads(_read_file(path, ""), object_pairs_hook=_read_pairs)
        return (None if _is_policy_on(policy) else path), policy.get("notice") == "given"
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return path, False


def _read_pairs(pairs):
    """An object of JSON. Raises ValueError where a key stands twice."""
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


def _is_policy_on(policy):
    """Whether a policy lets this project count: an unknown key or value is an opt-out.

    So is a place to which the site has its events go: this client sends to that of the project.
    """
    projects = policy.get("projects", {})
    allow = policy.get("allow", [ID])
    own = [one if isinstance(one, dict) else {"tracking": one} for one in projects.values()]
    words = [one.get("tracking", "on") for one in [policy, *own]]
    mine = policy.get("tracking", "on"), projects.get(ID, "on")
    mine = [one.get("tracking", "on") if isinstance(one, dict) else one for one in mine]
    return (
        set(policy) <= {"tracking", "projects", "allow", "notice", *POLICY_TEXTS}
        and all(isinstance(policy.get(key, ""), str) for key in POLICY_TEXTS)
        and policy.get("notice", "given") == "given"
        and isinstance(allow, list)
        and ID in allow
        and all(re.fullmatch("[a-z][a-z0-9-]{0,39}", one) for one in [*projects, *allow])
        and all(set(one) <= {"tracking", *POLICY_PLACES} and _is_place(one) for one in own)
        and not (isinstance(projects.get(ID), dict) and set(projects[ID]) & set(POLICY_PLACES))
        and all(isinstance(word, bool) or word in ("on", "off") for word in words)
        and all(word == "on" or word is True for word in mine)
    )


def _is_place(rules):
    """Whether the place that a policy has events go to is one."""
    address = rules.get("endpoint", "https://localhost")
    if isinstance(address, dict):
        address = address["http"] if len(address) == 1 else ""
    return bool(
        re.fullmatch(r"https?://[0-9A-Za-z][0-9A-Za-z.-]*(:\d{1,5})?(/[0-9A-Za-z._~/-]*)?", address)
        and re.fullmatch("(file://)?/(?!/)[^?#%\0-\x1f\x7f]{1,1024}", rules.get("inbox", "/inbox"))
        and re.fullmatch("[!-~]{1,256}", rules.get("writeKey", "key"))
        and ("endpoint" in rules or "writeKey" not in rules)
    )


POLICY_TEXTS = ("$schema", "contact", "policyUrl")
POLICY_PLACES = ("inbox", "endpoint", "writeKey")


def _has_sign(sign):
    """Whether VARIABLE=PATTERN fits: "*" alone is any word that does not say no."""
    variable, _, pattern = sign.partition("=")
    value = os.environ.get(variable, "")
    if pattern == "*":
        return value.lower() not in ("", "0", "no", "off", "false")
    return fnmatch.fnmatchcase(value, pattern)


def _find_ci():
    """The CI system that this runs in, and whether it is certain. (None, False) outside CI.

    CI=true alone labels a run, and opens nothing.
    """
    word = os.environ.get("CI", "")
    if word and not _has_sign("CI=*"):
        return None, False
    says_ci = word.lower() in ("1", "on", "yes", "true")
    for name, needs_ci, *signs in CI_SYSTEMS:
        if (says_ci or needs_ci == "no") and all(map(_has_sign, signs)):
            return name, True
    return ("ci" if says_ci else None), False


def _find_agent():
    """The coding agent that runs this program, or None."""
    return next((agent for sign, agent in AGENT_SIGNS if _has_sign(sign)), None)


def _read_opt_in():
    """The person's opt-in, or None. Raises an error if it, or the settings, cannot be read."""
    found = []
    for path in (_config_path("settings.json"), _config_path("optin.d", ID + ".json")):
        found.append(None if _exists(path) is False else json.loads(_read_file(path, "")))
    if not all(one is None or isinstance(one, dict) for one in found):
        raise ValueError("settings or an opt-in that are no object")
    opt_in = found[1]
    if opt_in is not None and not re.match(r"\d{4}-\d\d-\d\dT", opt_in["yesAt"]):
        raise ValueError("an opt-in without a date")
    return opt_in


def _find_nearest(path):
    """The path itself or the nearest folder above it that exists."""
    while not os.path.lexists(path) and path != os.path.dirname(path):
        path = os.path.dirname(path)
    return path


def _is_writable(path):
    """Whether a file can be made there, in a folder of this user: a folder that root makes in the
    home of somebody else would lock its owner out."""
    nearest = _find_nearest(path)
    if not os.path.isdir(nearest) or not os.access(nearest, os.R_OK | os.W_OK | os.X_OK):
        return False
    is_own = os.stat(nearest).st_uid == os.geteuid()
    return is_own or (len(nearest) < len(_state_path()) and os.geteuid() != 0)


def _is_opt_out(variable, silent=SILENT_TRACKING):
    """Whether a variable opts out: any word but the silent ones."""
    return os.environ.get(variable, "").strip().lower() not in silent


def _has_job_consent():
    """Whether the job or the image opts in to exactly this version of what is collected."""
    return ID + "@" + COLLECTION_VERSION in re.split(r"[\s,]+", os.environ.get("USAGE_CONSENT", ""))


def consent() -> Tuple[str, Optional[str], bool]:
    """(reason, what decided or None, whether anything may be sent now).

    The reason is "allowed" where events are recorded.
    """
    try:
        return _decide()
    except Exception:
        return "settings-unreadable", None, False


def _decide():
    """What `consent` says; raises an error where the answer cannot be found."""
    site, has_given_notice = _read_site_policy()
    if site:
        return "site-policy", site, False
    if _is_opt_out("DO_NOT_TRACK", SILENT_DO_NOT_TRACK):
        return "do-not-track", "DO_NOT_TRACK", False
    if _is_opt_out("USAGE_TRACKING"):
        return "usage-tracking", "USAGE_TRACKING", False
    variable = PROJECT.get("environmentVariable", "")
    if _is_opt_out(variable):
        return "project-variable", variable, False
    readable = os.path.isdir(_find_nearest(_config_path()))
    opt_outs = (
        ("user-opt-out", _config_path("optout")),
        ("project-opt-out", _config_path("optout.d", ID)),
    )
    for reason, path in opt_outs:
        if _exists(path):
            return reason, path, False
        readable = readable and _exists(path) is False
    opt_in = None
    try:
        opt_in = _read_opt_in()
    except (OSError,) + UNREADABLE:
        readable = False
    ci, is_certain = _find_ci()
    if ci and PROJECT["ci"] == "off":
        return "ci", ci, False
    if PROJECT["consent"] == "opt-in" and not (_has_job_consent() or opt_in):
        return "not-opted-in", None, False
    if not readable:
        return "settings-unreadable", _lost_by("USAGE_CONFIG_DIR", "XDG_CONFIG_HOME"), False
    if not _is_writable(_project_path("buffer", "new")) or not _is_writable(_project_path("runs")):
        return "state-not-writable", _lost_by("USAGE_STATE_DIR", "XDG_STATE_HOME"), False
    is_open = os.path.exists(_project_path("notice-%s.open" % COLLECTION_VERSION))
    may_send = _has_job_consent() or has_given_notice or is_certain or is_open
    return "allowed", None, bool(may_send)


# --- What may be recorded: what the project declares, and nothing else ---


def _as_text(value):
    """The plain text of a text, which may be one of numpy or of a class of texts; else None."""
    try:
        return str.__str__(value)
    except TypeError:
        return None


def _take_text(value, longest=256):
    """The plain text of a text without control characters; else None. Counts characters as
    JavaScript does."""
    text = _as_text(value)
    length = 0 if text is None else len(text) + sum(letter > "\uffff" for letter in text)
    is_plain = 0 < length <= longest and not re.search("[\x00-\x1f\x7f-\x9f\ud800-\udfff]", text)
    return text if is_plain else None


def _unwrap(value):
    """Python's own value for a number of numpy or an array of one. None for other arrays, for one
    that is masked or complex, and for times, because their unit is unknown."""
    try:
        if not hasattr(type(value), "item"):
            return value
        kind = getattr(getattr(value, "dtype", None), "kind", "O")
        return value.item() if kind in "biufO" and not getattr(value, "mask", False) else None
    except Exception:
        return None


def _to_number(value):
    """The plain number that a value is or stands for, as numpy's numbers, Decimal and "3" do.

    None: it stands for none, or for one that is not finite.
    """
    if type(value) is int or type(value) is float:
        return value + 0 if abs(value) <= sys.float_info.max else None  # Never -0.0.
    value = _unwrap(value)
    for convert in (
        lambda: int(operator.index(value)),
        lambda: float(type(value).__float__(value)),
        lambda: float(NUMBER.fullmatch(str.__str__(value)).group()),
    ):
        try:
            number = convert()
            return number + 0 if abs(number) <= sys.float_info.max else None
        except Exception:
            continue
    return None


NUMBER = re.compile(r"\s*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?\s*", re.ASCII)


def _take_number(value, lowest, highest, is_whole=True):
    """The number that a value stands for, if it is within the bounds; else None."""
    number = _to_number(value)
    if number is None or not lowest <= number <= highest:
        return None
    if not is_whole:
        return number
    return int(number) if number == int(number) and abs(number) < 2**53 else None


def _take_value(declared, value):
    """The value as its field is declared, or None."""
    kind = declared["type"]
    if kind == "boolean":
        return _take_boolean(value)
    if kind in ("integer", "number"):
        lowest, highest = declared.get("min", -1.7e308), declared.get("max", 1.7e308)
        is_boolean = _take_boolean(value) is not None
        return None if is_boolean else _take_number(value, lowest, highest, kind == "integer")
    if kind == "enum":
        return _as_text(value) if _as_text(value) in declared["values"] else None
    text = _take_text(value)
    pattern = declared.get("pattern", "[0-9A-Za-z][0-9A-Za-z.+_-]{0,63}")
    return text if text and re.compile(pattern, re.ASCII).fullmatch(text) else None


def _take_boolean(value):
    """True or False, also numpy's; else None."""
    value = _unwrap(value)
    return value if value is True or value is False else None


def _keep_declared(declared, values):
    """The values that fit the declared fields."""
    kept = {}
    for name in values or {}:
        try:
            value = _take_value(declared[name], values[name])
        except Exception:
            continue
        if value is not None:
            kept[name] = value
    return kept


def _keep_and_count(what, declared, values):
    """The values that fit the declared fields; counts the others as dropped."""
    try:
        values = {} if values is None else dict(values)
    except Exception:
        _leave_out([(what, values)])
        return {}
    kept = _keep_declared(declared, values)
    lost = [name for name in values if name not in kept]
    _leave_out([("%s %s" % (what, _as_text(name)), values[name]) for name in lost])
    return kept


def _leave_out(lost):
    """Counts values that an event is recorded without, and tells developers their types."""
    _drop("undeclared-field", len(lost))
    for what, value in lost:
        _tell(WRONG, "%s: left out, because it is not declared or invalid: %s", what, type(value))


def _count_left_out(what, given, taken, default=None):
    """An argument as it is taken: the default where it was given and does not fit, which counts."""
    if taken is None and given is not None:
        _leave_out([(what, given)])
    return default if taken is None else taken


def _name_signal(value):
    """The name of a signal that is said by its name, such as SIGTERM or term, or by its number."""
    number = _take_number(value, 1, 127)
    if number:
        names = [name for name, one in signal.Signals.__members__.items() if one == number]
        return (names + ["SIG%d" % number])[0]
    name = "SIG" + re.sub("^SIG", "", (_as_text(value) or "").upper())
    return name if name in signal.Signals.__members__ else None


def _is_declared_feature(kind, name):
    """Whether the project declares a feature of this type and name, or allows other names."""
    features, name = PROJECT["features"], _take_text(name, 128)
    if not name or kind not in features["types"]:
        return False
    if name in features["names"]:
        return True
    return features["allowOther"] and all(c.isalnum() or c in " ._:+()>-" for c in name)


def _drop(reason, count=1, key=None):
    """Counts what is not recorded or not sent."""
    if count:
        path = _project_path("drops", "%s.%s.json" % (key or _new_id(), reason))
        _write_file(path, _to_json({"reason": reason, "count": count, "time": _format_time()}))


def _drop_file(path, reason):
    """Counts the events of a file that waits, and removes it."""
    count = max(1, _read_file(path, "").count("\n"))
    _drop(reason, count, os.path.basename(path)[:-5])
    _remove_file(path)


# --- Merging: equal uses between two ticks are one event ---

# Seconds between two ticks, and the most features whose uses are merged.
TICK_SECONDS = 10
MOST_MERGED = 2000

# The lower edges of the buckets of durations, within a factor of two.
EDGES = [2 ** (k / 32) for k in range(32)]


class Timings:
    """The durations of merged uses: the exponential histogram of OpenTelemetry."""

    def __init__(self):
        self.n, self.sum, self.least, self.most = 0, 0.0, math.inf, 0.0
        self.zeros, self.counts = 0, {}

    def record(self, seconds):
        """Adds one duration."""
        seconds = float(seconds) + 0.0  # Never -0.0.
        self.n += 1
        self.sum += seconds
        self.least = min(self.least, seconds)
        self.most = max(self.most, seconds)
        if seconds < 1e-9:
            self.zeros += 1
            return
        mantissa, exponent = math.frexp(seconds)
        bucket = 32 * (exponent - 1) + bisect.bisect_left(EDGES, 2 * mantissa) - 1
        self.counts[bucket] = self.counts.get(bucket, 0) + 1

    def describe(self):
        """The durations as they are sent: in at most 160 buckets, merged pairwise if need be."""
        scale, counts = 5, self.counts
        while counts and max(counts) - min(counts) >= 160:
            scale, finer, counts = scale - 1, counts, {}
            for bucket in finer:
                counts[bucket >> 1] = counts.get(bucket >> 1, 0) + finer[bucket]
        first, last = (min(counts), max(counts)) if counts else (0, -1)
        timings = {
            "n": self.n,
            "sumSeconds": self.sum,
            "minSeconds": self.least,
            "maxSeconds": self.most,
            "scale": scale,
            "offset": first,
            "counts": [counts.get(bucket, 0) for bucket in range(first, last + 1)],
        }
        return dict(timings, zeroCount=self.zeros) if self.zeros else timings


@contextlib.contextmanager
def _hold_queue():
    """The uses of this process that wait for the next tick; a fork begins without any. None where
    this call interrupts another one of its thread, as a destructor or a tracer does, and while
    Python ends, where a thread that never goes on may hold them."""
    name = "queue %d" % os.getpid()
    if name not in STATE:
        queue = {"lock": threading.RLock(), "is_held": False, "is_closed": False, "open": {}}
        queue.update(ready=[], written_at=time.monotonic())
        STATE.setdefault(name, queue)
    queue = STATE[name]
    if sys.is_finalizing():
        yield None
        return
    with queue["lock"]:
        is_first, queue["is_held"] = not queue["is_held"], True
        try:
            yield queue if is_first else None
        finally:
            queue["is_held"] = not is_first


def _find_key(name, kind, run, internal):
    """What two uses that are merged have in common; None for values of other types."""
    name, kind, text = _as_text(name), _as_text(kind), _as_text(run)
    if name is None or kind is None or not (internal is True or internal is False):
        return None
    if text is None and run is not None:
        return None
    own = _find_own_run()
    return name, kind, text, internal, own["id"] if own else os.environ.get("USAGE_RUN_ID")


def _merge(key, count, seconds):
    """Adds uses to an equal event that waits. False: there is none, or they stay apart, as several
    uses with one duration do, because that is their sum."""
    count, duration = _take_number(count, 1, 10**9), _take_number(seconds, 0, 316224000, False)
    if count is None or (seconds is not None and (duration is None or count > 1)):
        return False
    now = time.time()
    began_at, today = now - (duration or 0), now // 86400
    if began_at // 86400 != today:
        return False
    with _hold_queue() as queue:
        entry = queue and queue["open"].get(key)
        if not entry or entry["count"] + count > 10**9:
            return False
        is_late = time.monotonic() - queue["written_at"] > TICK_SECONDS
        if is_late or (entry["count"] and entry["time"] // 86400 != today):
            _collect_merged(queue)  # What waits has the time of its first use.
        if not entry["count"]:
            entry.update(time=began_at, timings=Timings())
        entry["count"] += count
        if duration is not None:
            entry["timings"].record(duration)
    if is_late:
        _write_merged()
    return True


def _merge_later_uses(key, event):
    """Lets later uses that are equal to an event that was written wait for the next tick."""
    with _hold_queue() as queue:
        if not queue or queue["is_closed"] or len(queue["open"]) >= MOST_MERGED:
            return
        queue["open"].setdefault(key, {"event": event, "count": 0})
        if not STATE.get("writes_at_exit"):
            STATE["writes_at_exit"] = True
            atexit.register(_write_merged, True, True)
        # Workers of multiprocessing end without `atexit`.
        workers = sys.modules.get("multiprocessing.util")
        if workers and not queue.get("writes_at_end"):
            last = workers.Finalize(None, _write_merged, (True, True), exitpriority=0)
            queue["writes_at_end"] = last


def _write_merged(closes=False, is_last=False):
    """Writes the merged uses, if consent still allows it. `closes`: later uses get a new event.
    `is_last`: the process ends, and each later use, such as one of a thread, is written by itself.

    Raises nothing. What cannot be written waits for the next tick.
    """
    try:
        with _hold_queue() as queue:
            _collect_merged(queue)
            if closes:
                queue["open"].clear()
            queue["is_closed"] = queue["is_closed"] or is_last
            if queue["ready"]:
                _write_ready(queue["ready"])
    except Exception as error:
        _tell("", "merged uses are kept for later: %r", error)


def _collect_merged(queue):
    """Makes events of the merged uses. Their time is that of the first."""
    queue["written_at"] = time.monotonic()
    for entry in queue["open"].values():
        count, timings = entry["count"], entry.get("timings")
        if not count:
            continue
        own = {"durationSeconds": None, "id": _new_id(), "count": count}
        if timings.n == count == 1:
            own["durationSeconds"] = timings.sum
        elif timings.n:
            own["timings"] = timings.describe()
        queue["ready"].append(dict(entry["event"], time=_format_time(entry["time"]), **own))
        entry["count"] = 0


def _write_ready(ready):
    """Writes events that were merged, 500 a file, and removes them from the list."""
    reason, _, may_send = consent()
    if reason in OPT_OUTS:
        _empty_buffer()
        _drop("opted-out", len(ready))
        ready.clear()
    while reason == "allowed" and ready:
        path = _project_path("buffer", "new", ready[0]["id"] + ".json")
        _write_file(path, "".join(_to_json(event) + "\n" for event in ready[:500]))
        del ready[:500]
    if len(ready) > 2 * MOST_MERGED:  # Nothing could be written for long.
        del ready[:MOST_MERGED]
        _drop("quota", MOST_MERGED)
    if reason == "allowed" and may_send and _is_due():
        _start_sender()


# --- Recording ---


def _is_counted_process():
    """False in a sender, and in all processes of an MPI job but one, if the project says so."""
    if "USAGE_SENDER" in os.environ:
        return False
    env = os.environ.get
    ranks = [env(rank) for rank, companion in RANK_VARIABLES if env(companion)]
    ranks = [rank for rank in ranks if re.fullmatch("[0-9]+", rank or "")]
    return PROJECT["schedulers"]["mpi"] != "rank-0" or int((ranks + ["0"])[0]) == 0


def _record(kind, make_event):
    """Writes the event that `make_event` makes, if consent allows it. The event, or None."""
    if not _is_counted_process():
        _tell("", "not recorded: a sender, or an MPI rank that does not count")
        return None
    reason, decided_by, may_send = consent()
    if reason in OPT_OUTS:
        _empty_buffer()
    if reason != "allowed":
        _tell("", "not recorded: %s%s", reason, decided_by and ", decided by " + decided_by or "")
        return None
    _write_project_file()
    try:
        event = make_event()
    except Exception as error:
        event = _drop("wrong-use")
        _tell(WRONG, "not recorded: %r", error)
    if os.urandom(1) == b"\0":
        _tidy()
    if event is None:
        return None
    _write_file(_project_path("buffer", "new", event["id"] + ".json"), _to_json(event) + "\n")
    try:
        may_send = _handle_notice(kind == "start") or may_send
        if may_send and (kind != "feature" or _is_due()):
            _start_sender()
    except Exception as error:  # The event is kept all the same.
        _tell("", "no sender was started: %r", error)
    return event


class UsageWarning(UserWarning):
    """With USAGE_STRICT=1: a call is wrong. It is recorded without what is wrong, or not at all."""


WRONG = "USAGE_WRONG_USE: "


def _tell(code, text, *values):
    """Keeps what the developer of the program may want to know of the call of this thread. With a
    code, it is a mistake in the program. Raises nothing, whatever the values are."""
    try:
        CALL.told.append((code, text % values))
    except Exception:
        pass


def _warn_developer(told):
    """Prints what was kept with USAGE_DEBUG=1: each line once, 100 lines at most. With
    USAGE_STRICT=1, warns of mistakes; filters of `warnings` may make exceptions of these alone."""
    is_debug, is_strict = (os.environ.get("USAGE_" + one) == "1" for one in ("DEBUG", "STRICT"))
    for code, text in told:
        line = "usage: %s%s\n" % (code, text)
        if is_debug and line not in TOLD and len(TOLD) < 100:
            TOLD.add(line)
            try:
                os.write(2, line.encode("utf-8", "backslashreplace"))
            except OSError:
                pass
        if is_strict and code:
            warnings.warn(code + text, UsageWarning, stacklevel=3)


Function = TypeVar("Function", bound=Callable[..., Any])


def _raises_nothing(function: Function) -> Function:
    """The function without exceptions: a program never fails because its use is counted.

    Arguments that the function does not have are left out and counted.
    """
    names = function.__code__.co_varnames[: function.__code__.co_argcount]

    @functools.wraps(function)
    def call(*given, **named):
        answers, told = [], []

        def work():
            try:
                CALL.file, CALL.thread, CALL.told = file, thread, told
                known = {name: named[name] for name in names[len(given) :] if name in named}
                lost = [("an argument", one) for one in given[len(names) :]]
                lost += [(name, named[name]) for name in named if name not in known]
                if lost:
                    _record(None, lambda: _leave_out(lost))
                answers.append(function(*given[: len(names)], **known))
            except Exception as error:
                _tell("", "not recorded: %r", error)

        try:
            caller = sys._getframe().f_back
            file = caller.f_code.co_filename if caller else ""
            thread = threading.get_ident()
            _run_apart(work)
        except RecursionError:
            if sys.version_info < (3, 9):
                raise  # If nobody hears of it, the next one ends Python.
        if told:
            _warn_developer(told)
        return answers[0] if answers else None

    return call  # type: ignore


def _run_apart(work):
    """Does the work; in a thread, if a signal handler of the program may raise an exception
    meanwhile: that is for the program, and Python raises it in the main thread. Also where too few
    frames are left."""
    try:
        is_deep = bool(sys._getframe(max(0, sys.getrecursionlimit() - 200)))
    except ValueError:
        is_deep = False
    is_main = threading.current_thread() is threading.main_thread()
    handlers = [signal.getsignal(getattr(signal, name)) for name in HANDLED if is_main]
    can_raise = any(callable(one) and one is not signal.default_int_handler for one in handlers)
    if not can_raise and not is_deep:
        work()
        return
    is_done = _thread.allocate_lock()
    is_done.acquire()

    def work_and_tell():
        try:
            work()
        finally:
            is_done.release()

    try:
        _thread.start_new_thread(work_and_tell, ())
    except RuntimeError:  # There is no room for a thread, or the program is ending.
        work_and_tell()
    is_done.acquire()


def _write_project_file():
    """Keeps the project file beside its events, as `usage` does."""
    document = json.dumps(PROJECT, indent=2, ensure_ascii=False) + "\n"
    if _read_file(_project_path("project.json")) != document:
        _write_file(_project_path("project.json"), document)


def _make_event(kind, run, header, script=None, **own_keys):
    """An event. Its `local` block never leaves this machine."""
    boot_id = _read_file("/proc/sys/kernel/random/boot_id", "").strip()
    local = {
        "host": socket.gethostname(),
        "machineId": _read_machine_id(),
        "bootId": boot_id or None,
        "script": script,
    }
    return {
        "by": CLIENT["name"],
        "format": 1,
        "id": _new_id(),
        "type": kind,
        "run": run,
        "time": _format_time(),
        "header": header,
        "local": local,
        **own_keys,
    }


def _read_machine_id():
    """The id of this machine, of which a pseudonym is made; None where the project wants none."""
    paths = ("/var/lib/dbus/machine-id", "/etc/machine-id")
    text = "".join(_read_file(path, "") for path in paths).strip().split("\n")[0].strip()
    pattern = "[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}"
    is_wanted = PROJECT["identity"]["host"] and re.fullmatch(pattern, text, re.I)
    return text if is_wanted else None


def _describe_system():
    """The operating system in a header."""
    system = os.uname()
    names = {"x86_64": "x64", "aarch64": "arm64", "i686": "ia32"}
    return {
        "name": system.sysname,
        "version": ".".join(re.findall(r"\d+", system.release)[:2]) or None,
        "arch": names.get(system.machine, system.machine),
        "readable": None,
    }


def _make_header(**given):
    """The header of a run. A value that does not fit becomes None and is counted."""
    longest = {"application": 128, "version": 64, "commit": 64, "component": 128}
    fit = {
        name: _count_left_out(name, value, _take_text(value, longest[name]))
        for name, value in given.items()
    }
    schedulers = [name for variable, name in SCHEDULERS if os.environ.get(variable)]
    scheduler = schedulers[0] if schedulers else None
    return dict(
        fit, os=_describe_system(), ci=_find_ci()[0], agent=_find_agent(), scheduler=scheduler
    )


def _find_header():
    """The header of the run of this process, else one without a version."""
    run = _find_own_run()
    return run["header"] if run else _make_header(application=PROJECT.get("application"))


def _find_own_run():
    """The latest open run that the calling thread has started, else that any has; or None."""
    runs = list(RUNS)
    mine = [run for run in runs if run["thread"] == CALL.thread]
    return (mine or runs or [None])[-1]


def _export_run():
    """Names the latest open run to child processes; without one, what was named before."""
    runs = [run["exports"] for run in RUNS if run["pid"] == os.getpid()]
    for name, value in (runs or [STATE["outer"]])[-1].items():
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = value


def _find_inherited_run():
    """The run of a caller, or None. A run counts for the same project and state folder only."""
    run = os.environ.get("USAGE_RUN_ID", "").lower()
    scope = re.match(r"\d+:(.*)", os.environ.get("USAGE_RUN_SCOPE", ""), re.S)
    if not re.fullmatch(UUID, run):
        return None
    if scope and os.path.normpath(scope.group(1)) == os.path.normpath(_project_path()):
        return run
    return run if os.path.exists(_project_path("runs", run + ".json")) else None


def _is_worker(run, place):
    """Whether this process works for an inherited run that a process above it has started.

    It does if the same file of code asks for a run again, as it does in the workers of
    multiprocessing and in a program that starts itself, or if it is such a worker.
    """
    owner = os.environ.get("USAGE_RUN_SCOPE", "").partition(":")[0]
    starter, _, its_place = os.environ.get("USAGE_RUN_STARTER", "").partition(":")
    if not run or starter != run or owner not in _list_ancestors():
        return False
    find_parent = getattr(sys.modules.get("multiprocessing.process"), "parent_process", None)
    return its_place == (place or "-") or bool(find_parent and find_parent())


def _list_ancestors():
    """The process ids of the callers, as texts; only of the nearest where there is no /proc."""
    found, pid = [], str(os.getppid())
    while int(pid) > 1 and pid not in found:
        found.append(pid)
        status = _read_file("/proc/%s/stat" % pid, "").rpartition(")")[2].split()
        pid = status[1] if status else "0"
    return found


@_raises_nothing
def start(
    version: Optional[str] = None,
    application: Optional[str] = PROJECT.get("application"),
    commit: Optional[str] = None,
    component: Optional[str] = None,
    script: Union[str, "os.PathLike[str]", None] = None,
    fields: Optional[Mapping[str, Any]] = None,
) -> Optional[str]:
    """A run starts. Returns its id, or None where nothing is recorded.

    In a process that works for a run, such as a worker of multiprocessing, no other run starts.
    Of `script`, only a pseudonym of its path is sent; default: the program's own path.
    """
    place = _find_script(CALL.file)
    started_at = _read_elapsed_clock()
    _write_merged(closes=True)

    def make_event():
        kept = _keep_and_count("field", PROJECT["fields"], fields)
        header = _make_header(
            application=application, version=version, commit=commit, component=component
        )
        inherited = _find_inherited_run()
        if _is_worker(inherited, place):
            RUNS[:] = [{"id": inherited, "pid": None, "thread": CALL.thread, "header": header}]
            return None
        path = (getattr(sys, "argv", None) or [""])[0]
        path = _find_script(path if script is None else script)
        path = _name_script(_count_left_out("script", script, path))
        return _make_event("start", _new_id(), header, path, repeat=0, fields=kept)

    event = _record("start", make_event)
    if not event:
        return None
    exports = {
        "USAGE_RUN_ID": event["run"],
        "USAGE_RUN_SCOPE": "%d:%s" % (os.getpid(), _project_path()),
        "USAGE_RUN_STARTER": "%s:%s" % (event["run"], place or "-"),
    }
    run = {
        "id": event["run"],
        "pid": os.getpid(),
        "thread": CALL.thread,
        "started_at": started_at,
        "header": event["header"],
        "exports": exports,
    }
    with _hold_queue():
        if not any(one["pid"] == os.getpid() for one in RUNS):
            STATE["outer"] = {name: os.environ.get(name) for name in exports}
        STATE["has_started"] = True
        RUNS.append(run)
        _export_run()
    return event["run"]


def _find_script(path):
    """The absolute path of a script; None where there is none, or no folder that it lies in."""
    try:
        path = _as_text(os.fspath(path))
        is_none = path in (None, "", "-c", "<string>", "<stdin>")
        return None if is_none else _take_text(os.path.abspath(path), 1000)
    except Exception:
        return None


def _name_script(path):
    """The path that stands for a script: a batch system runs a copy of it, under another path in
    each job, so the name of the job in the folder of its submission."""
    for part, job, folder in SCRIPT_COPIES:
        where, name = os.environ.get(folder, ""), os.environ.get(job)
        if part in (path or "") and name and where.startswith("/"):
            return _take_text(where + "/" + name, 1000)
    return path


@_raises_nothing
def feature(
    name: str = "",
    type: str = "Feature",
    run: Optional[str] = None,
    count: SupportsFloat = 1,
    seconds: Optional[SupportsFloat] = None,
    internal: bool = False,
    details: Optional[Mapping[str, Any]] = None,
) -> None:
    """A feature was used, `count` times, for so many seconds.

    It belongs to `run`; default: the run of this process, else of its caller. The first use is
    written immediately. Equal ones within ten seconds become one event, which is written at the
    next use after them, or at the end of the run or the process.
    """
    key = _find_key(name, type, run, internal) if details is None else None
    if key and _merge(key, count, seconds):
        return

    def make_event():
        kind = _count_left_out("type", type, _as_text(type), "Feature")
        if not _is_declared_feature(kind, name):
            text = "must be a declared feature, got %r of type %r"
            _tell("USAGE_UNDECLARED_FEATURE: ", text, _as_text(name), kind)
            return _drop("undeclared-feature")
        own = _find_own_run()
        run_id = own["id"] if own else _find_inherited_run()
        if run is not None:  # A run that is none leaves the event unpaired.
            is_id = re.fullmatch(UUID, _as_text(run) or "")
            run_id = _count_left_out("run", run, _as_text(run) if is_id else None)
        duration = _take_number(seconds, 0, 316224000, False)
        event = _make_event(
            "feature",
            run_id,
            _find_header(),
            featureType=kind,
            name=_as_text(name),
            durationSeconds=_count_left_out("seconds", seconds, duration),
            count=_count_left_out("count", count, _take_number(count, 1, 10**9), 1),
            internal=_count_left_out("internal", internal, _take_boolean(internal), False),
            details=_keep_and_count("detail", PROJECT["features"]["details"], details) or None,
        )
        return dict(event, time=_format_time(time.time() - (duration or 0)))

    event = _record("feature", make_event)
    if key and event:
        _merge_later_uses(key, event)


@_raises_nothing
def end(
    exit_code: Optional[SupportsFloat] = None,
    signal: Union[str, int, None] = None,
    fields: Optional[Mapping[str, Any]] = None,
) -> None:
    """The run ends, once: with an exit code, or with the name of the signal that ended it.

    Ends the run that this thread has started last, else the last of the process. Only the process
    that started a run ends it: in a child, this does nothing.
    """
    _write_merged(closes=True)

    def make_event():
        ended_at = _read_elapsed_clock()
        with _hold_queue():
            run = _find_own_run()
            if run["pid"] != os.getpid() if run else STATE["has_started"]:
                return None
            if run:
                RUNS.remove(run)
                _export_run()
            else:
                _tell("USAGE_UNPAIRED: ", "end: must follow start")
        ended_by = _count_left_out("signal", signal, _name_signal(signal))
        code = _take_number(exit_code, -2147483648, 4294967295)
        return _make_event(
            "end",
            run["id"] if run else None,
            run["header"] if run else _find_header(),
            exitCode=_count_left_out("exit_code", exit_code, code),
            signal=ended_by,
            durationSeconds=round(ended_at - run["started_at"], 3) if run else None,
            fields=_keep_and_count("field", PROJECT["fields"], fields),
        )

    _record("end", make_event)


# --- The notice: once, before anything is sent ---


def _handle_notice(is_start):
    """Shows the notice where it is due. True: this start opens sending, a minute after another
    process showed the notice."""
    marker = _project_path("notice-" + COLLECTION_VERSION)
    if _has_job_consent() or os.path.exists(marker + ".open"):
        return False
    if not os.path.exists(marker):
        _show_notice(marker)
        return False
    waited = time.time() - _parse_time(json.loads(_read_file(marker, "{}"))["shownAt"])
    # A time that is more than a minute in the future is that of a wrong clock.
    if not is_start or STATE["has_shown_notice"] or abs(waited) < 60:
        return False
    _create_file(marker + ".open", "")
    return True


def _show_notice(marker):
    """Prints the notice where somebody can see it, and keeps that it was shown."""
    try:
        if not sys.__stderr__ or sys.__stderr__.closed or not select.select([], [2], [], 0)[1]:
            return
        if os.fstat(2).st_rdev == os.stat(os.devnull).st_rdev:
            return
        _create_file(marker, _to_json({"shownAt": _format_time(), "caller": None}))
    except (OSError, ValueError):
        return
    STATE["has_shown_notice"] = True
    try:
        os.write(2, _write_notice().encode("utf-8", "surrogateescape"))
    except OSError:
        _remove_file(marker)


def _write_notice():
    """The notice at the width of the terminal, 80 where it is unknown. Commands stay whole."""
    try:
        columns = os.environ.get("COLUMNS") or os.get_terminal_size(2).columns
        width = max(20, int(columns) or 80)
    except (OSError, ValueError):
        width = 80
    head = (NOTICE_HEAD + (SENT_NOW if _find_ci()[1] else SENT_LATER)).split("\n")
    wrap = textwrap.TextWrapper(width, subsequent_indent="    ", break_long_words=False)
    wrap.break_on_hyphens = False
    command = _own_command()
    lines = [wrap.fill(line) for line in head]
    lines += ["  To see it: %s status" % command, "  To stop it: %s optout" % command]
    lines += [wrap.fill("  or " + NOTICE_END), "    %s\n" % _config_path("optout.d", ID)]
    return "\n".join(lines)


def _own_command():
    """How a person calls this file in a shell, up to the word that says what to do."""
    return "python3 " + shlex.quote(os.path.abspath(__file__))


# --- The sender: a process of its own, one at a time, for ten seconds at most ---


def _empty_buffer():
    """After an opt-out nothing waits: counts the events and removes them, and the open runs."""
    sending = _project_path("buffer", "sending")
    folders = [_project_path("buffer", "new")]
    folders += [os.path.join(sending, name) for name in _list_names(sending)]
    for folder in folders:
        for name in _list_names(folder):
            _drop_file(os.path.join(folder, name), "opted-out")
    for name in _list_names(_project_path("runs")):
        _remove_file(_project_path("runs", name))


def _is_due():
    """Whether so many events wait, or so long, that it is time to send; looks once a second."""
    if time.time() - STATE["looked_at"] < 1:
        return False
    STATE["looked_at"] = time.time()
    names = _list_names(_project_path("buffer", "new"))
    oldest = os.stat(_project_path("buffer", "new", names[0])).st_mtime
    flush = PROJECT["flush"]
    return len(names) >= flush["threshold"] or time.time() - oldest > flush["intervalSeconds"]


def _claim(claim):
    """Whether this process has won the folder of events that are being sent by Python.

    There is one: it is won before a sender is started. A stale one is given back.
    """
    if os.path.isdir(claim) and abs(time.time() - os.stat(claim).st_mtime) > 60:
        _give_back(claim)
    _make_folder(os.path.dirname(claim))
    try:
        os.mkdir(claim, 0o700)
        return True
    except OSError:
        return False


def _give_back(claim):
    """The events of a claim wait again."""
    for name in _list_names(claim):
        os.replace(os.path.join(claim, name), _project_path("buffer", "new", name))
    if os.path.isdir(claim):
        os.rmdir(claim)


def _list_own_files(folder):
    """The paths of the files of Python; those of others wait for the sender of `usage`."""
    paths = [os.path.join(folder, name) for name in _list_names(folder)]
    return [path for path in paths if ("\n" + OPENING) in "\n" + _read_file(path, "")]


def _read_events(path):
    """The events of a file, and its lines that are none."""
    events, wrong = [], []
    for line in re.sub("\n$", "", _read_file(path, "")).split("\n"):
        try:
            events.append(_check_event(json.loads(line)))
        except UNREADABLE:
            wrong.append(line)
    return events, wrong


def _check_event(event):
    """The event, if it has all that is read when it is sent. Raises an error if it has not."""
    event["header"]["ci"], event["fields" if event["type"] != "feature" else "details"]
    names = [event["local"][key] or "" for key in ("host", "machineId", "script")]
    if event["type"] == "feature":
        names += [event["featureType"], event["name"]]
    is_plain = all(isinstance(name, str) for name in names) and event["type"] in SENT_KEYS
    if not is_plain or not re.fullmatch(UUID, event["id"]) or not _parse_time(event["time"]):
        raise ValueError("no event")
    return event


def _list_own_events(folder):
    """(path, event) of the events of Python."""
    return [(path, one) for path in _list_own_files(folder) for one in _read_events(path)[0]]


def _split_file(path):
    """Gives each event of a claimed file a file of its own, and sets aside and counts the lines
    that are none: a damaged line costs no other. The file itself comes last."""
    events, wrong = _read_events(path)
    folder, name = os.path.split(path)
    if len(events) == 1 and not wrong:
        return
    if wrong:
        aside = _project_path("buffer", "refused", name[:-5] + ".damaged")
        _write_file(aside, "\n".join(wrong) + "\n")
        _drop("damaged", len(wrong), name[:-5])
    for event in reversed(events):
        _write_file(os.path.join(folder, event["id"] + ".json"), _to_json(event) + "\n")
    if name[:-5] not in [event["id"] for event in events]:
        _remove_file(path)


def _start_sender():
    """Starts a sender in the background, if none is at work and it is time for a try."""
    if 0 < _read_next_try()[1] - time.time() < 86400:
        return
    if os.path.exists(_project_path("forget.json")):
        return
    is_python = re.match("python", os.path.basename(sys.executable or ""))
    claim = _project_path("buffer", "sending", "python")
    if not is_python or not os.path.isfile(__file__) or not _claim(claim):
        return
    sender = [sys.executable, "-I", os.path.abspath(__file__), "send", claim]
    environment = dict(
        os.environ,
        USAGE_SENDER="1",
        USAGE_STATE_DIR=_state_path(),
        USAGE_CONFIG_DIR=_config_path(),
    )
    try:
        # By a shell, which ends immediately: the program has no child that it would wait for.
        code = subprocess.call(
            ["/bin/sh", "-c", '"$@" &', "sh"] + sender,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=_state_path(),
            env=environment,
            start_new_session=True,
        )
    except Exception:  # Also in a subinterpreter, which may start no process.
        code = 1
    if code != 0:
        _give_back(claim)


def _read_next_try():
    """How many tries have failed, and when the next one is, in seconds since 1970."""
    try:
        failed = json.loads(_read_file(_project_path("next-try"), "null"))
        return int(failed["failures"]), _parse_time(failed["nextTryAt"])
    except UNREADABLE:
        return 0, 0


# --- Bounds: what nobody can send, or has been sent, does not grow for ever ---


def _tidy():
    """Keeps the files within the bounds that they have for `usage`; one process at a time does. A
    file that somebody else removes meanwhile ends it: there is a next time."""
    waiting, refused = _project_path("buffer", "new"), _project_path("buffer", "refused")
    lock = _project_path(".tidy")
    if not _claim(lock):
        return
    try:
        if len(_list_names(waiting)) > 2000:
            for path in _list_own_files(waiting)[:-2000]:
                _drop_file(path, "quota")
        _sum_up(_project_path("drops"), 400, _sum_drops)
        _sum_up(refused, 200, _sum_refused)
        _remove_oldest(_project_path("sent"), ".json")
        _remove_oldest(refused, ".damaged")
    except Exception:
        pass
    finally:
        _give_back(lock)


def _remove_oldest(folder, ending):
    """Removes the oldest files, by their names, beyond 30 days, 1,000 files and 5 MB."""
    names = [name for name in _list_names(folder) if name.endswith(ending)]
    left = 5 * 2**20
    for index, name in enumerate(reversed(names)):
        found = os.stat(os.path.join(folder, name))
        left -= found.st_size
        if index >= 1000 or left < 0 or time.time() - found.st_mtime > 30 * 86400:
            _remove_file(os.path.join(folder, name))


def _sum_up(folder, most, add):
    """Puts one summary in the place of the oldest entries, if there are too many. Killed at any
    step, the sum is the same, because the summary names what it replaces."""
    if len(_list_names(folder)) <= most:
        return
    entries = _read_entries(folder)
    old = sorted(entries)[: max(0, len(entries) - most // 2)]
    if len(entries) > most:
        # An earlier summary is the oldest entry: the new one takes its name.
        name = re.sub(r"(-sum)?\.json$", "-sum.json", old[0])
        replaced = [one for one in old if one != name]
        summary = dict(add([entries[one] for one in old]), replaces=replaced)
        _write_file(os.path.join(folder, name), _to_json(summary))
    _read_entries(folder, removes=True)


def _read_entries(folder, removes=False):
    """{name: entry} of a folder, without those that a summary has replaced; may remove these."""
    entries = {}
    for name in _list_names(folder):
        try:
            entry = json.loads(_read_file(os.path.join(folder, name), ""))
        except (ValueError, RecursionError):
            continue
        if name.endswith(".json") and isinstance(entry, dict):
            entries[name] = entry
    for entry in list(entries.values()):
        for name in entry.get("replaces") or ():
            if entries.pop(name, None) and removes:
                _remove_file(os.path.join(folder, name))
    return entries


def _sum_drops(entries):
    """A summary of drops: counts by reason."""
    counts = {}
    for entry in entries:
        for reason, count in (entry.get("counts") or {entry["reason"]: entry["count"]}).items():
            counts[reason] = counts.get(reason, 0) + count
    return {"counts": counts}


def _sum_refused(entries):
    """A summary of refused events: how many."""
    return {"events": sum(entry["events"] if "replaces" in entry else 1 for entry in entries)}


# --- Reports: what is previewed, sent and logged ---


def _find_drop_reason(event, not_before):
    """Why an event that waits is not sent, or None."""
    if event["time"] < not_before:
        return "before-consent"
    if time.time() - _parse_time(event["time"]) > 30 * 86400:
        return "too-old"
    is_feature = event["type"] == "feature"
    if is_feature and not _is_declared_feature(event["featureType"], event["name"]):
        return "undeclared-feature"
    return None


def _make_pseudonym(what, event, period, key, *parts):
    """128 bits in hex instead of a name; None in CI, where the project wants no such pseudonym,
    and where there is nothing to make it of."""
    is_wanted = PROJECT["identity"][what] and event["header"]["ci"] is None
    if not is_wanted or key is None or None in parts:
        return None
    text = "|".join((ID, what, period) + parts).encode("utf-8", "replace")
    return hashlib.sha256(hmac.new(key, text, hashlib.sha256).digest()).hexdigest()[:32]


def _find_period(day):
    """The period of pseudonyms at a time: its name in their input, and its first day."""
    rotate = PROJECT["identity"]["rotate"]
    begins = PROJECT["identity"].get("yearBegins", "01-01")
    if rotate == "never":
        return "always", "0001-01-01"
    if rotate == "month":
        return day[:7], day[:7] + "-01"
    first_day = "%04d-%s" % (int(day[:4]) - (day[5:10] < begins), begins)
    return day[:4] if begins == "01-01" else first_day, first_day


def _prepare_event(event, secret, generation):
    """(header, event, mark of the pseudonym) as they are sent, as texts."""
    local = event["local"]
    period, first_day = _find_period(event["time"])
    user = _make_pseudonym("user", event, period, secret, generation)
    machine = (local["machineId"] or "").encode() or None
    host = _make_pseudonym("host", event, period, machine, local["host"])
    has_ids = event["header"]["ci"] is None and any(
        PROJECT["identity"][what] for what in ("user", "host", "script")
    )
    header = dict({"user": user, "host": host}, **event["header"])
    header["period"] = first_day if has_ids else None
    # The sender that a run starts makes the secret, within a minute.
    age = os.path.getmtime(_state_path("secret")) - _parse_time(event["time"])
    header["isNewSecret"] = user is not None and -1 < age <= 60
    sent = {key: event.get(key) for key in SENT_KEYS[event["type"]]}
    if not sent.get("timings"):
        sent.pop("timings", None)
    if event["type"] == "start":
        script = local["script"]
        sent["script"] = _make_pseudonym("script", event, period, secret, generation, script)
    if event["type"] == "feature":
        details = _keep_declared(PROJECT["features"]["details"], event["details"])
        sent["details"] = details or None
    else:
        sent["fields"] = _keep_declared(PROJECT["fields"], event["fields"])
    mark = "%s-%s-%s" % (generation, period, user) if user else "nameless"
    return _to_json(header), _to_json(sent), mark


def _read_secret():
    """The secret of which pseudonyms are made. It never leaves this machine."""
    path = _state_path("secret")
    if not os.path.exists(path):
        _create_file(path, os.urandom(32).hex() + "\n")
    return bytes.fromhex(re.fullmatch("([0-9a-f]{64})\\s*", _read_file(path)).group(1))


def _find_generation():
    """The generation of the pseudonyms: each erasure that `usage forget` asked for begins one."""
    last = -1
    for folder in _list_names(_state_path()):
        if folder[:-9] == ID:
            for name in _list_names(_state_path(folder, "forgotten")):
                if re.fullmatch(r"\d+\.json", name):
                    last = max(last, int(name[:-5]))
    return str(last + 1)


def _make_reports(waiting):
    """The reports of events that wait, and (path, reason) of those that are not sent."""
    secret, generation = _read_secret(), _find_generation()
    not_before = (_read_opt_in() or {}).get("notBefore") or ""
    groups, drops = {}, []
    for path, event in waiting:
        reason = _find_drop_reason(event, not_before)
        if reason:
            drops.append((path, reason))
            continue
        header, text, mark = _prepare_event(event, secret, generation)
        groups.setdefault((header, mark), []).append(Sent(path, event, text))
    head = '{"protocol":1,"project":%s,"client":%s,"header":' % (_to_json(ID), _to_json(CLIENT))
    reports = [
        Report(head + header + ',"events":[', group[first : first + 50], mark)
        for (header, mark), group in groups.items()
        for first in range(0, len(group), 50)
    ]
    return reports, drops


def _body_of(report):
    """The exact text that is sent."""
    return report.opening + ",".join(sent.json for sent in report.events) + "]}"


# --- Delivery ---


def _find_proxy(url):
    """The proxy for an address, both as `urlsplit` gives them, or None where none is named for it.

    The variables are read as curl reads them: in lower case first, and a proxy without a scheme
    speaks HTTP. Raises OSError where a proxy cannot be used: nobody goes around it.
    """
    scheme = url.scheme + "_proxy"
    names = (scheme, scheme.upper(), "all_proxy", "ALL_PROXY")
    name = next((name for name in names if os.environ.get(name)), None)
    excluded = os.environ.get("no_proxy") or os.environ.get("NO_PROXY", "")
    if not name or _is_excluded(url, excluded):
        return None
    import urllib.parse

    value = os.environ[name].strip()
    has_scheme = re.match("[A-Za-z][A-Za-z0-9+.-]*://", value)
    try:
        proxy = urllib.parse.urlsplit(value if has_scheme else "http://" + value)
        is_address = proxy.hostname and (proxy.port or True)
    except ValueError:
        is_address = False
    if not is_address:
        raise OSError("%s is no address of a proxy" % name)
    if proxy.scheme != "http":
        raise OSError("%s must name an HTTP proxy: %s:// is not supported" % (name, proxy.scheme))
    return proxy


def _is_excluded(url, entries):
    """Whether a list of NO_PROXY has the host: hosts, domains, addresses and CIDR blocks."""
    import ipaddress

    host = (url.hostname or "").rstrip(".")
    port = str(url.port or {"http": 80, "https": 443}[url.scheme])
    for entry in re.split(r"[\s,]+", entries.lower()):
        with_port = re.fullmatch(r"(\[[^\]]*\]|[^:]*):(\d+)", entry)
        if with_port and with_port.group(2) != port:
            continue
        name = (with_port.group(1) if with_port else entry).strip("[]")
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            name = name.strip(".")
            is_host = name and ("." + host).endswith("." + name)
        else:
            try:
                is_host = address in ipaddress.ip_network(name, strict=False)
            except ValueError:
                is_host = False
        if entry == "*" or is_host:
            return True
    return False


def _make_request(body):
    """The request that posts a report, through the proxy that the environment names."""
    import base64
    import urllib.parse
    import urllib.request

    headers = {"content-type": "application/json", "usage-sent-at": _format_time()}
    if PROJECT.get("writeKey"):
        headers["authorization"] = "Bearer " + PROJECT["writeKey"]
    url = PROJECT["endpoint"]["http"].rstrip("/") + "/v1/reports"
    request = urllib.request.Request(url, body.encode("utf-8", "replace"), headers)
    proxy = _find_proxy(urllib.parse.urlsplit(url))
    if proxy:
        user, _, address = proxy.netloc.rpartition("@")
        request.set_proxy(address if proxy.port else address.rstrip(":") + ":1080", "http")
        if user:
            word = base64.b64encode(urllib.parse.unquote_to_bytes(user)).decode()
            request.add_header("Proxy-Authorization", "Basic " + word)
    return request


def _post(body):
    """(status, answer, Retry-After or None) of the collector. Follows no redirect.

    Raises OSError where there is no answer.
    """
    import urllib.error
    import urllib.request

    class NoRedirect(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_):
            return None

    opener = urllib.request.build_opener(NoRedirect, urllib.request.ProxyHandler({}))
    try:
        with opener.open(_make_request(body), timeout=8) as answer:
            return answer.status, answer.read(2**20).decode("utf-8", "replace"), None
    except urllib.error.HTTPError as error:
        text = error.read(2**16).decode("utf-8", "replace")
        return error.code, text, error.headers.get("retry-after")


def _lay_down(body):
    """Puts a report into the folder of the endpoint, as `_post` does. Raises OSError where there is
    none: a folder that is missing is a disk that is not mounted."""
    content = body.encode("utf-8", "replace")
    name = hashlib.sha256(content).hexdigest()[:32] + ".json"
    if not os.path.isdir(INBOX):
        raise NotADirectoryError("%s is not a folder" % INBOX)
    _write_file(os.path.join(INBOX, name), body, mode=0o640)  # For the group that forwards it.
    return 0, "written to the folder as %s; delivery is not confirmed" % name, None


def _log(**entry):
    """Adds an entry to the log, for `usage log`."""
    text = _to_json(dict(entry, endpoint=ENDPOINT))
    _write_file(_project_path("sent", _new_id() + ".json"), text)


def _keep_for_next_try(reason, message, retry_after, report):
    """Nothing is confirmed: sets the time of the next try, and logs the failure.

    The time is chance within a bound that doubles, but no earlier than the collector says.
    """
    failures, _ = _read_next_try()
    longest = min(3600, 5 * 2 ** min(failures, 20))
    delay = longest * int.from_bytes(os.urandom(2), "big") / 65536
    if re.match("[0-9]{1,9}$", str(retry_after)):
        delay = max(delay, min(int(retry_after), 86400))
    now, message = _format_time(), message[:500]
    next_try = {
        "failures": failures + 1,
        "nextTryAt": _format_time(time.time() + delay),
        "lastError": {"at": now, "reason": reason, "message": message},
    }
    _write_file(_project_path("next-try"), _to_json(next_try))
    body = None if reason == "offline" else _body_of(report)
    _log(failedAt=now, events=len(report.events), reason=reason, message=message, body=body)


def _read_answer(status, text, count):
    """(how many events the answer confirms or -1, {index: (code, message)} of refused ones)."""
    try:
        answer = json.loads(text) if 200 <= status < 300 else {}
        rejected = answer.get("rejected", [])
        refused = {one["index"]: (one["code"], one["message"]) for one in rejected}
        stored = (answer.get("accepted", 0), answer.get("duplicates", 0))
        if not set(refused) <= set(range(count)) or min(stored) < 0:
            return -1, refused
        return sum(stored) + len(refused), refused
    except UNREADABLE:
        return -1, {}


def _is_error_document(text):
    """Whether this is a collector's own error: what a proxy or a portal on the way says decides
    nothing."""
    try:
        error = json.loads(text)["error"]
        return error["code"].startswith("USAGE_") and isinstance(error["message"], str)
    except UNREADABLE:
        return False


def _deliver(report):
    """Posts a report. True: it has its answer, and its events are gone from the buffer.

    Else nothing is confirmed, and all its events wait.
    """
    _write_file(_project_path("periods", report.mark), "")
    try:
        status, text, retry_after = (_lay_down if INBOX else _post)(_body_of(report))
    except Exception as error:
        reason = "timeout" if "timed out" in str(error) else "no-folder" if INBOX else "offline"
        _keep_for_next_try(reason, str(error), None, report)
        return False
    count = len(report.events)
    if status == 413 and count > 1:
        halves = (report.events[: count // 2], report.events[count // 2 :])
        return all(consent()[2] and _deliver(report._replace(events=half)) for half in halves)
    total, refused = (count, {}) if INBOX else _read_answer(status, text, count)
    if 400 <= status < 500 and status not in KEPT and _is_error_document(text):
        refused = {index: ("http-%d" % status, text[:500]) for index in range(count)}
    elif total != count:
        message = "the collector answered %d" % status
        _keep_for_next_try(KEPT.get(status, "server-error"), message, retry_after, report)
        return False
    else:
        events = [sent.event for sent in report.events]
        ids = [event["id"] for index, event in enumerate(events) if index not in refused]
        now, body = _format_time(), _body_of(report)
        _log(sentAt=now, ids=ids, body=body, status=status, answer=text)
    _remove_delivered(report, refused)
    return True


def _remove_delivered(report, refused):
    """Removes the events of a report; those that the collector refuses are set aside."""
    for index, sent in enumerate(report.events):
        if index in refused:
            code, message = refused[index]
            entry = dict(code=code, message=message, refusedAt=_format_time(), event=sent.event)
            path = _project_path("buffer", "refused", sent.event["id"] + ".json")
            _write_file(path, _to_json(entry))
        _remove_file(sent.path)
    _remove_file(_project_path("next-try"))


def _send_round(claim, seconds):
    """Sends what waits of Python. True: all that was claimed has its answer.

    Events without an answer go back to the buffer.
    """

    def give_up():
        _give_back(claim)
        os._exit(3)

    timer = threading.Timer(seconds, give_up)
    timer.start()
    try:
        _tidy()
        for path in _list_own_files(_project_path("buffer", "new")):
            try:
                os.replace(path, os.path.join(claim, os.path.basename(path)))
            except FileNotFoundError:
                pass  # Another sender has it.
        for path in _list_own_files(claim):
            _split_file(path)
        reports, drops = _make_reports(_list_own_events(claim))
        for path, reason in drops:
            _drop_file(path, reason)
        return all(_may_send_now() and _deliver(report) for report in reports)
    finally:
        timer.cancel()
        _give_back(claim)


def _may_send_now():
    """Asks consent again; while somebody waits to be forgotten nothing is sent."""
    return consent()[2] and not os.path.exists(_project_path("forget.json"))


def send(claim):
    """Sends, within ten seconds, what waits and what is written meanwhile."""
    until = time.monotonic() + 9.5
    while _send_round(claim, until - time.monotonic()):
        if not _list_own_files(_project_path("buffer", "new")):
            return
        if until - time.monotonic() <= 1 or not _claim(claim):
            return


def preview():
    """Prints the bodies that would be sent next."""
    reports, _ = _make_reports(_list_own_events(_project_path("buffer", "new")))
    print("\n".join(_body_of(report) for report in reports))


# --- The program: for the person whose machine this is ---


def _print_status():
    """Prints what is recorded, which rule decided, what can be done."""
    reason, decided_by, may_send = consent()
    folder = _project_path("buffer", "new")
    files = [os.path.join(folder, name) for name in _list_names(folder)]
    waiting = sum(_read_file(path, "").count("\n") for path in files)
    state = "on" if reason == "allowed" else "off"
    if reason == "allowed" and not may_send:
        state, reason = "waiting", "notice-pending"
    print("%s  %s" % (ID, state))
    print("  Decided by  %s%s" % (reason, " (%s)" % decided_by if decided_by else ""))
    if state == "waiting":
        print("              Sent by a run a minute after the notice, unless you opt out.")
    sent = _project_path("sent")
    print("  Goes to     %s\n  Waiting     %d events" % (ENDPOINT, waiting))
    print("  Sent log    %s, entries: %d" % (sent, len(_list_names(sent))))
    print("  State       %s\n  Settings    %s" % (_project_path(), _config_path()))
    print("To see what is sent next: %s preview" % _own_command())
    _print_choices("out", "in")
    print("To erase what was sent: usage forget %s (requires Node.js)" % ID)
    print("Questions: " + PROJECT["contact"])


def _print_choices(*words):
    """Prints the commands that opt out or in."""
    for word in words:
        print("To opt %s: %s opt%s" % (word, _own_command(), word))


def _opt_out():
    """Stops recording and sending for this project: nothing that waits is sent."""
    path = _config_path("optout.d", ID)
    _write_file(path, "Opted out at %s.\n" % _format_time())
    _empty_buffer()
    print("Opted out of %s: nothing is recorded or sent.\n  %s" % (ID, path))
    _print_choices("in")


def _opt_in():
    """Allows recording and sending again. What is from before is not sent after an opt-out."""
    before = _read_opt_in() or {}
    own = _config_path("optout.d", ID)
    is_after_opt_out = _exists(own) or _exists(_config_path("optout"))
    now = _format_time()
    answer = {"yesAt": now, "notBefore": now if is_after_opt_out else before.get("notBefore")}
    _write_file(_config_path("optin.d", ID + ".json"), _to_json(answer) + "\n")
    if is_after_opt_out:
        _empty_buffer()
    _remove_file(own)
    _write_file(_project_path("notice-%s.open" % COLLECTION_VERSION), "")
    reason, decided_by, _ = consent()
    if reason == "allowed":
        print("Opted in to %s." % ID)
    else:
        words = (ID, reason, " (%s)" % decided_by if decided_by else "")
        print("The opt-in to %s is saved, but recording is still off: %s%s" % words)
    _print_choices("out")


PROGRAM = {"status": _print_status, "preview": preview, "optout": _opt_out, "optin": _opt_in}


def main() -> int:
    """Does what the word on the command line says. Returns 1 for unusable files, 2 for others."""
    words = sys.argv[1:]
    if words[:1] == ["send"]:  # The sender: no person calls it.
        send(words[1])
        return 0
    if len(words) != 1 or words[0] not in PROGRAM:
        wrong = (" ".join(words) or "nothing", _own_command(), "|".join(PROGRAM))
        print("Got %s. Usage: %s %s; programs import this file." % wrong, file=sys.stderr)
        return 2
    try:
        PROGRAM[words[0]]()
    except (OSError,) + UNREADABLE as error:
        print("%s: %s" % (words[0], error), file=sys.stderr)
        print("To opt out without this file, set USAGE_TRACKING=false.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
