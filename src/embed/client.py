#!/usr/bin/env python3
"""Counts the use of @PROJECT@. Made by `usage embed --lang python`: make it anew when the project file changes.
    import usage_client                    # Python 3.6 or newer on Linux, macOS or a BSD; this file beside your program
    usage_client.start(version="1.4.0")    # a run starts; child processes find it in USAGE_RUN_ID
    usage_client.feature("Solver.explicit", "Algorithm")
    usage_client.end(exit_code=0)          # `python3 usage_client.py preview` shows what would be sent
Writes small files and returns: no network, no exception, nothing printed but a notice, once. Files and rules are those of
the program `usage`, which may work beside it: `usage status`, `usage log`, `usage optout`, `usage forget` know them."""
import calendar, datetime, errno, hashlib, hmac, json, os, pathlib, re, signal, socket, subprocess, sys, threading, time
@CONSTANTS@
ID, SIGNALS, STATE = PROJECT["project"], (None,) + tuple(signal.Signals.__members__), {"run": None, "looked": 0.0, "shown": False}
KEPT = {401: "key-refused", 403: "key-refused", 404: "project-unknown", 408: "timeout", 425: "busy", 429: "busy", 503: "busy"}
WIRE = {"start": ("id", "type", "run", "time", "script", "repeat", "fields"), "end": ("id", "type", "run", "time", "durationSeconds", "exitCode", "signal", "fields"),
        "feature": ("id", "type", "run", "time", "featureType", "name", "durationSeconds", "count", "internal", "details")}
# Where things lie, and how they are written: whole or not at all, for their owner alone.
def _place(own, xdg, below, mac):
    home = os.environ.get("HOME", "") if os.path.isabs(os.environ.get("HOME", "")) else os.path.expanduser("~")
    if os.environ.get(own): return os.path.abspath(os.environ[own])
    if os.path.isabs(os.environ.get(xdg, "")): return os.path.join(os.environ[xdg], "usage")
    return os.path.join(home, *(["Library", mac] if sys.platform == "darwin" else below), "usage")
def _state(*names): return os.path.join(_place("USAGE_STATE_DIR", "XDG_STATE_HOME", [".local", "state"], "Application Support"), *names)
def _config(*names): return os.path.join(_place("USAGE_CONFIG_DIR", "XDG_CONFIG_HOME", [".config"], "Preferences"), *names)
def _own(*names): return _state(FOLDER, *names)
def _quiet(work, instead=None):
    try: return work()
    except OSError: return instead
def _folder(path):
    if not os.path.isdir(path): (_folder(os.path.dirname(path)), _quiet(lambda: os.mkdir(path, 0o700)))
def _create(path, text):
    _folder(os.path.dirname(path))
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file: file.write(text.encode("utf-8", "replace"))
def _write(path, text):
    temporary = os.path.join(os.path.dirname(path), ".%s.%s.tmp" % (os.path.basename(path), os.urandom(8).hex()))
    try: (_create(temporary, text), os.replace(temporary, path))
    finally: _quiet(lambda: os.unlink(temporary))
def _read(path, instead=None): return instead if os.path.exists(path) and not os.path.isfile(path) else _quiet(lambda: pathlib.Path(path).read_bytes().decode("utf-8", "replace"), instead)
def _list(path): return sorted(name for name in os.listdir(path) if not name.startswith(".")) if os.path.isdir(path) else []
def _is_there(path):  # None: it cannot be known
    try: return bool(os.lstat(path))
    except OSError as error: return False if error.errno == errno.ENOENT else None
def _dump(value): return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
def _time(at=None):
    return datetime.datetime.fromtimestamp(time.time() if at is None else at, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
def _seconds(text): return calendar.timegm(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S"))
def _new_id():
    chance = int.from_bytes(os.urandom(10), "big")
    number = int(time.time() * 1000) << 80 | 7 << 76 | (chance >> 68) << 64 | 2 << 62 | chance & (1 << 62) - 1
    return re.sub("(.{8})(.{4})(.{4})(.{4})(.{12})", r"\1-\2-\3-\4-\5", "%032x" % number)
# Consent: every rule can only say no; the first that does is the reason. In doubt: no.
def _site():
    for path in ("/etc/usage/off", "/etc/usage/off.d/" + ID, "/etc/usage/policy.json"):
        try:
            if _is_there(path) is False: continue
            if not path.endswith(".json"): return path, False
            policy = json.loads(_read(path, ""))
            own = policy.get("projects", {}).get(ID, "on")
            words = [policy.get("tracking", "on"), own.get("tracking", "on") if isinstance(own, dict) else own]
            return (path if any(word != "on" and word is not True for word in words) else None), policy.get("notice") == "given"
        except (OSError, ValueError, AttributeError, RecursionError): return path, False
    return None, False
def _is_set(sign):
    if isinstance(sign, str): return bool(os.environ.get(sign))
    if isinstance(sign.get("any"), list): return any(os.environ.get(name) for name in sign["any"])
    if "includes" in sign: return sign["includes"] in os.environ.get(sign["env"], "")
    return all(os.environ.get(name) == value for name, value in sign.items())
def _ci():
    other = "ci" if os.environ.get("CI", "").lower() in ("true", "1") else None
    return None if os.environ.get("CI") == "false" else next((name for name, signs in CI if all(map(_is_set, signs))), other)
def _answer():  # the person's yes, or an empty one; raises where it or the settings cannot be read
    found = [json.loads(_read(path, "")) if _is_there(path) is not False else None for path in (_config("settings.json"), _config("optin.d", ID + ".json"))]
    if not all(one is None or isinstance(one, dict) for one in found): raise ValueError
    return found[1] if found[1] is None or re.match(r"\d{4}-\d\d-\d\dT", found[1]["yesAt"]) else {}["yesAt"]
def _nearest(path):
    while not os.path.lexists(path) and path != os.path.dirname(path): path = os.path.dirname(path)
    return path
def _is_writable(path):
    near = _nearest(path)
    if not (os.path.isdir(near) and os.access(near, os.R_OK | os.W_OK | os.X_OK)): return False
    return os.stat(near).st_uid == os.geteuid() or len(near) < len(_state()) and os.geteuid() != 0
def _off(name, silent=("", "true", "1", "on", "yes")): return os.environ.get(name, "").strip().lower() not in silent
def _job(): return ID + "@" + VERSION in re.split(r"[\s,]+", os.environ.get("USAGE_CONSENT", ""))
def consent():
    """(reason, what decided or None, whether anything may leave now); the reason is "allowed" where events are recorded."""
    own, readable, answer = PROJECT.get("environmentVariable", ""), os.path.isdir(_nearest(_config())), None
    site, given = _site()
    if site: return "site-policy", site, False
    if _off("DO_NOT_TRACK", ("", "0", "false")): return "do-not-track", "DO_NOT_TRACK", False
    if _off("USAGE_TRACKING"): return "usage-tracking", "USAGE_TRACKING", False
    if _off(own): return "project-variable", own, False
    for reason, path in (("user-opt-out", _config("optout")), ("project-opt-out", _config("optout.d", ID))):
        if _is_there(path): return reason, path, False
        readable = readable and _is_there(path) is False
    try: answer = _answer()
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError): readable = False
    if _ci() and PROJECT["ci"] == "off": return "ci", _ci(), False
    if PROJECT["consent"] == "opt-in" and not (_job() or answer): return "not-opted-in", None, False
    if not readable: return "settings-unreadable", None, False
    if not (_is_writable(_own("buffer", "new")) and _is_writable(_own("runs"))): return "state-not-writable", None, False
    return "allowed", None, bool(_job() or given or _ci() or os.path.exists(_own("notice-%s.open" % VERSION)))
# What is declared, and nothing else.
def _plain(text, most=256):
    return isinstance(text, str) and 0 < len(text.encode("utf-16-le", "surrogatepass")) // 2 <= most and not re.search("[\x00-\x1f\x7f-\x9f\ud800-\udfff]", text)
def _number(value, low, high, whole=True):
    return type(value) in (int, float) and low <= value <= high and (not whole or float(value).is_integer() and abs(value) < 2 ** 53)
def _is_declared(wanted, value):
    kind = wanted["type"]
    if kind in ("integer", "number"): return _number(value, wanted.get("min", -1.7e308), wanted.get("max", 1.7e308), kind == "integer")
    if kind in ("boolean", "enum"): return isinstance(value, bool) if kind == "boolean" else isinstance(value, str) and value in wanted["values"]
    try: return _plain(value) and re.compile(wanted.get("pattern", "[0-9A-Za-z][0-9A-Za-z.+_-]{0,63}"), re.ASCII).fullmatch(value) is not None
    except re.error: return False
def _keep(declared, values, is_counted=False):
    kept = {name: value for name, value in (values or {}).items() if name in declared and _is_declared(declared[name], value)}
    return is_counted and _drop("undeclared-field", len(values or {}) - len(kept)) or kept
def _is_feature(kind, name):
    known = PROJECT["features"]["names"], PROJECT["features"]["allowOther"]
    return _plain(name, 128) and kind in PROJECT["features"]["types"] and (name in known[0] or known[1] and all(c.isalnum() or c in " ._:+()>-" for c in name))
def _drop(reason, count=1, key=None):
    if count: _write(_own("drops", "%s.%s.json" % (key or _new_id(), reason)), _dump({"reason": reason, "count": count, "time": _time()}))
def _machine():
    text = "".join(_read(path, "") for path in ("/var/lib/dbus/machine-id", "/etc/machine-id")).strip().split("\n")[0].strip()
    return text if PROJECT["identity"]["host"] and re.fullmatch("[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", text, re.I) else None
def _os():
    name, arches = os.uname(), {"x86_64": "x64", "aarch64": "arm64", "i686": "ia32"}
    return {"name": name.sysname, "version": ".".join(re.findall(r"\d+", name.release)[:2]) or None, "arch": arches.get(name.machine, name.machine), "readable": None}
# Recording.
def _record(kind, make):
    try:
        rank = next((os.environ[name] for name in RANKS if os.environ.get(name, "").isdigit()), "0")
        if "USAGE_SENDER" in os.environ or PROJECT["schedulers"]["mpi"] == "rank-0" and int(rank) != 0: return None
        reason, _, sending = consent()
        if reason != "allowed": return _empty() if reason in ("site-policy", "do-not-track", "usage-tracking", "project-variable", "user-opt-out", "project-opt-out") else None
        document = json.dumps(PROJECT, indent=2, ensure_ascii=False) + "\n"
        if _read(_own("project.json")) != document: _write(_own("project.json"), document)
        try: event = make()
        except (TypeError, ValueError, AttributeError): event = _drop("wrong-use")
        if os.urandom(1) == b"\0": _keep_quota()
        if event is None: return None
        _write(_own("buffer", "new", event["id"] + ".json"), _dump(event) + "\n")
        sending = _notice(kind == "start") or sending
        if sending and (kind != "feature" or _is_due()): _spawn()
        return event["run"]
    except Exception: return None  # a program never fails because it is counted
def _event(kind, run, header, script=None, **rest):
    local = {"host": socket.gethostname(), "machineId": _machine(), "bootId": _read("/proc/sys/kernel/random/boot_id", "").strip() or None, "script": script}
    return dict({"by": CLIENT["name"], "format": 1, "id": _new_id(), "type": kind, "run": run, "time": _time(), "header": header, "local": local}, **rest)
def _header(**said):
    fit = {name: value if value is None or _plain(value, {"application": 128, "version": 64, "commit": 64, "component": 128}[name]) else None for name, value in said.items()}
    _drop("undeclared-field", sum(fit[name] != said[name] for name in said))
    return dict(fit, os=_os(), ci=_ci(), scheduler=next((name for variable, name in SCHEDULERS if os.environ.get(variable)), None))
def _known(): return STATE["run"]["header"] if STATE["run"] else _header(application=PROJECT.get("application"))
def start(version=None, application=PROJECT.get("application"), commit=None, component=None, script=None, fields=None):
    """A run starts; gives its id, or None where nothing is recorded. `script`: only a pseudonym of its path leaves."""
    def make():
        kept, path = _keep(PROJECT["fields"], fields, True), script or (sys.argv or [""])[0]
        path, header = _quiet(lambda: os.path.abspath(path)) if path not in ("", "-c") else None, _header(application=application, version=version, commit=commit, component=component)
        event = _event("start", _new_id(), header, path if _plain(path, 1000) else None, repeat=0, fields=kept)
        STATE["run"] = {"id": event["run"], "at": time.monotonic(), "header": header, "outer": os.environ.get("USAGE_RUN_ID")}
        os.environ["USAGE_RUN_ID"] = event["run"]
        return event
    return _record("start", make)
def feature(name, type="Feature", run=None, count=1, seconds=None, internal=False, details=None):
    """A feature was used, `count` times, for so many seconds; it belongs to the run named, else to the one that is known here."""
    def make():
        if not _is_feature(type, name): return _drop("undeclared-feature")
        if not _number(count, 1, 10 ** 9) or not (seconds is None or _number(seconds, 0, 316224000, False)): return _drop("wrong-use")
        named = run or STATE["run"] and STATE["run"]["id"] or os.environ.get("USAGE_RUN_ID", "")
        event = _event("feature", named if re.fullmatch("[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}", named) else None, _known(), featureType=type, name=name, durationSeconds=seconds,
                       count=int(count), internal=bool(internal), details=_keep(PROJECT["features"]["details"], details, True) or None)
        return dict(event, time=_time(time.time() - (seconds or 0)))
    _record("feature", make)
def end(exit_code=None, signal=None, fields=None):
    """The run ends, once: with an exit code, or the name of the signal that ended it."""
    def make():
        if not (exit_code is None or _number(exit_code, -2147483648, 4294967295)) or signal not in SIGNALS: return _drop("wrong-use")
        known = STATE["run"]
        event = _event("end", known["id"] if known else None, _known(), exitCode=exit_code, signal=signal,
                       durationSeconds=round(time.monotonic() - known["at"], 3) if known else None, fields=_keep(PROJECT["fields"], fields, True))
        if known: STATE["run"] = os.environ.pop("USAGE_RUN_ID", None) and None
        if known and known["outer"]: os.environ["USAGE_RUN_ID"] = known["outer"]
        return event
    _record("end", make)
# The notice, once, before anything is sent; a start of another caller a minute later opens sending.
def _notice(is_start):
    marker, ci = _own("notice-" + VERSION), _ci()
    if _job() or os.path.exists(marker + ".open") or ci and not is_start: return False
    if not ci and os.path.exists(marker):
        waited = time.time() - _seconds(json.loads(_read(marker, ""))["shownAt"])
        return is_start and not STATE["shown"] and waited >= 60 and _create(marker + ".open", "") is None
    try:
        if not sys.__stderr__ or sys.__stderr__.closed or os.fstat(2).st_rdev == os.stat(os.devnull).st_rdev: return False
        if not ci: STATE["shown"] = _create(marker, _dump({"shownAt": _time(), "caller": None})) is None
        os.write(2, (NOTICE + _config("optout.d", ID) + "\n").encode("utf-8", "replace"))
    except OSError: os.unlink(marker) if os.path.exists(marker) and not ci else None
    return False
# Sending, by a process of its own: one at a time, for ten seconds at most.
def _empty():
    folders = [_own("buffer", "new"), _own("runs")] + [_own("buffer", "sending", name) for name in _list(_own("buffer", "sending"))]
    for path in [os.path.join(folder, name) for folder in folders for name in _list(folder)]:
        if "buffer" in path.split(os.sep)[-4:]: _drop("opted-out", max(1, _read(path, "").count("\n")), os.path.basename(path)[:-5])
        os.unlink(path)
def _is_due():
    if time.time() - STATE["looked"] < 1: return False
    STATE["looked"], names = time.time(), _list(_own("buffer", "new"))
    return len(names) >= PROJECT["flush"]["threshold"] or time.time() - os.stat(_own("buffer", "new", names[0])).st_mtime > PROJECT["flush"]["intervalSeconds"]
def _claim(claim):  # Whether the one claim of Python is this process's now: it is won before a sender is made; a stale one is given back.
    if os.path.isdir(claim) and abs(time.time() - os.stat(claim).st_mtime) > 60: _give_back(claim)
    _folder(os.path.dirname(claim))
    return _quiet(lambda: os.mkdir(claim, 0o700) is None, False)
def _keep_quota(): return [_drop("quota", 1, e["id"]) or os.unlink(path) for path, e in _mine(_own("buffer", "new"))[:-2000]]
def _give_back(claim):
    for name in _list(claim): os.replace(os.path.join(claim, name), _own("buffer", "new", name))
    if os.path.isdir(claim): os.rmdir(claim)
def _spawn():
    failed, claim = json.loads(_read(_own("next-try"), "null")), _own("buffer", "sending", "python")
    if failed and 0 < _seconds(failed["nextTryAt"]) - time.time() < 86400 or os.path.exists(_own("forget.json")): return
    if not re.match("python", os.path.basename(sys.executable or "")) or not os.path.isfile(__file__) or not _claim(claim): return
    env = dict(os.environ, USAGE_SENDER="1", USAGE_STATE_DIR=_state(), USAGE_CONFIG_DIR=_config())
    command, nothing = ["/bin/sh", "-c", '"$@" &', "sh", sys.executable, "-I", os.path.abspath(__file__), "send", claim], subprocess.DEVNULL
    # By way of a shell, which ends at once: the sender is no child that the program would wait for.
    if _quiet(lambda: subprocess.call(command, stdin=nothing, stdout=nothing, stderr=nothing, cwd=_state(), env=env, start_new_session=True), 1): _give_back(claim)
def _travel(e, secret, generation):  # (header, event, mark of its pseudonym) as they travel, with pseudonyms in the place of names; or why it is dropped.
    local, said, ids, is_feature = e["local"], e["header"], PROJECT["identity"], e["type"] == "feature"
    if e["time"] < ((_answer() or {}).get("notBefore") or ""): return "before-consent"
    if time.time() - _seconds(e["time"]) > 30 * 86400: return "too-old"
    if is_feature and not _is_feature(e["featureType"], e["name"]): return "undeclared-feature"
    period = {"year": e["time"][:4], "month": e["time"][:7], "never": "always"}[ids["rotate"]]
    def pseudonym(what, key, *rest):
        if not ids[what] or said["ci"] is not None or None in (key,) + rest: return None
        whole = "|".join((ID, what, period) + rest).encode("utf-8", "replace")
        return hashlib.sha256(hmac.new(key, whole, hashlib.sha256).digest()).hexdigest()[:32]
    user = pseudonym("user", secret, generation)
    header = dict({"user": user, "host": pseudonym("host", (local["machineId"] or "").encode() or None, local["host"])}, **said)
    event = {key: e.get(key) for key in WIRE[e["type"]]}
    if e["type"] == "start": event["script"] = pseudonym("script", secret, generation, local["script"])
    event["details" if is_feature else "fields"] = _keep(PROJECT["features"]["details"], e["details"]) or None if is_feature else _keep(PROJECT["fields"], e["fields"])
    return _dump(header), _dump(event), "%s-%s-%s" % (generation, period, user) if user else "nameless"
def _reports(found):  # [(body, [(path, event, json)], mark)] that may leave: what is previewed, sent and logged; and what is dropped instead.
    if not os.path.exists(_state("secret")): _create(_state("secret"), os.urandom(32).hex() + "\n")
    secret, groups, drops = bytes.fromhex(re.fullmatch("([0-9a-f]{64})\\s*", _read(_state("secret"))).group(1)), {}, []
    asked = [name for folder in _list(_state()) if folder[:-9] == ID for name in _list(_state(folder, "forgotten"))]
    generation = str(max([int(name[:-5]) for name in asked if re.fullmatch(r"\d+\.json", name)] + [-1]) + 1)
    for path, e in found:
        made = _travel(e, secret, generation)
        if isinstance(made, str): drops.append((path, e, made))
        else: groups.setdefault((made[0], made[2]), []).append((path, e, made[1]))
    head = '{"protocol":1,"project":%s,"client":%s,"header":' % (_dump(ID), _dump(CLIENT))
    parts = [(key, group[at:at + 50]) for key, group in groups.items() for at in range(0, len(group), 50)]
    return [(head + key[0] + ',"events":[' + ",".join(one[2] for one in part) + "]}", part, key[1]) for key, part in parts], drops
def _post(body):  # (status, answer, seconds to wait or None) of a collector; raises OSError where there is none. No redirect is followed.
    import urllib.request, urllib.error
    stay = type("Stay", (urllib.request.HTTPRedirectHandler,), {"redirect_request": lambda *_: None})
    key = {"authorization": "Bearer " + PROJECT["writeKey"]} if PROJECT.get("writeKey") else {}
    headers = dict({"content-type": "application/json", "usage-sent-at": _time()}, **key)
    request = urllib.request.Request(PROJECT["endpoint"]["http"].rstrip("/") + "/v1/reports", body.encode("utf-8", "replace"), headers)
    try:
        with urllib.request.build_opener(stay).open(request, timeout=8) as answer: return answer.status, answer.read(2 ** 20).decode("utf-8", "replace"), None
    except urllib.error.HTTPError as error: return error.code, error.read(2000).decode("utf-8", "replace"), error.headers.get("retry-after")
def _fail(reason, message, wait, part, body):
    failures = (json.loads(_read(_own("next-try"), "null")) or {"failures": 0})["failures"]
    delay = max(min(3600, 5 * 2 ** min(failures, 20)) * int.from_bytes(os.urandom(2), "big") / 65536, min(int(wait), 86400) if re.match("[0-9]{1,9}$", str(wait)) else 0)
    last = {"at": _time(), "reason": reason, "message": message[:500]}
    _write(_own("next-try"), _dump({"failures": failures + 1, "nextTryAt": _time(time.time() + delay), "lastError": last}))
    _log({"failedAt": last["at"], "events": len(part), "reason": reason, "message": message[:500], "body": None if reason == "offline" else body})
def _halves(part): return part[:len(part) // 2], part[len(part) // 2:]
def _log(entry): _write(_own("sent", _new_id() + ".json"), _dump(dict(entry, endpoint=PROJECT["endpoint"]["http"])))
def _deliver(body, part, mark):  # True: the report has its answer, and its events are gone from the buffer. Else nothing is confirmed, and all waits.
    _write(_own("periods", mark), "")
    try: status, text, wait = _post(body)
    except Exception as error: return _fail("timeout" if "timed out" in str(error) else "offline", str(error), None, part, body)
    if status == 413 and part[1:]: return all(consent()[2] and _deliver(body[:body.index(',"events":[') + 11] + ",".join(one[2] for one in half) + "]}", half, mark) for half in _halves(part))
    try:
        answer = json.loads(text) if 200 <= status < 300 else {}
        refused = {one["index"]: (one["code"], one["message"]) for one in answer.get("rejected", [])}
        total = answer.get("accepted", 0) + answer.get("duplicates", 0) + len(refused) if set(refused) <= set(range(len(part))) else -1
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError): total, refused = -1, {}
    if 400 <= status < 500 and status not in KEPT: refused = {at: ("http-%d" % status, text[:500]) for at in range(len(part))}
    elif total != len(part): return _fail(KEPT.get(status, "server-error"), "the collector answered %d" % status, wait, part, body)
    else: _log({"sentAt": _time(), "ids": [one[1]["id"] for at, one in enumerate(part) if at not in refused], "body": body, "status": status, "answer": text})
    for at, (path, e, _) in enumerate(part):
        if at in refused: _write(_own("buffer", "refused", e["id"] + ".json"), _dump(dict(zip(("code", "message"), refused[at]), refusedAt=_time(), event=e)))
        os.unlink(path)
    return not os.path.exists(_own("next-try")) or os.unlink(_own("next-try")) is None
def _mine(folder):  # Events of Python in a folder, with their paths. Those of others wait for the sender of `usage`.
    found = [(os.path.join(folder, name), _read(os.path.join(folder, name), "")) for name in _list(folder)]
    return [(path, json.loads(text)) for path, text in found if text.startswith('{"by":%s,' % json.dumps(CLIENT["name"])) and text.endswith("}\n")]
def _round(claim, seconds):  # What waits of Python goes out. True: all that was claimed has its answer. What has none goes back to the buffer.
    give_up = threading.Timer(seconds, lambda: (_give_back(claim), os._exit(3))); give_up.start()
    try:
        _keep_quota()
        for path, _ in _mine(_own("buffer", "new")): os.replace(path, os.path.join(claim, os.path.basename(path)))
        reports, drops = _reports(_mine(claim))
        for path, e, reason in drops: _drop(reason, 1, e["id"]) or os.unlink(path)
        return all(consent()[2] and not os.path.exists(_own("forget.json")) and _deliver(*report) for report in reports)
    finally: (give_up.cancel(), _give_back(claim))
def send(claim, until=time.monotonic() + 9.5):  # within ten seconds; goes on with what was written meanwhile
    while _round(claim, until - time.monotonic()) and _mine(_own("buffer", "new")) and until - time.monotonic() > 1 and _claim(claim): pass
if __name__ == "__main__" and sys.argv[1:2] == ["send"]: send(sys.argv[2])
elif __name__ == "__main__": print("\n".join(body for body, _, _ in _reports(_mine(_own("buffer", "new")))[0]))
