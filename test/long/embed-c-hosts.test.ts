import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {chmodSync, utimesSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {collectionVersion} from '../../src/protocol/project/project-file.ts'
import {answer, answeringServer} from '../support/answering-server.ts'
import {cScene} from '../support/c-scene.ts'
import {eventually} from '../support/eventually.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {makeProject} from '../support/make-project.ts'
import {needs} from '../support/needs.ts'
import {runProgram} from '../support/run-program.ts'
import {collectorHere} from '../support/running-collector.ts'
import {silentServer} from '../support/silent-server.ts'

/** Seconds that a call took at most. */
const timed = `
#include <time.h>
static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec + now.tv_nsec / 1e9;
}`

describe('the client in C in a program that', {concurrency: 2}, () => {
  it('forks while other threads record loses no use, and its children end by themselves', needs('gcc'), async t => {
    const {run, usesOf} = cScene(t)
    const {code, stderr} = await run(
      `
int failed = 0, status;
pthread_t threads[4];
usage_start("1");
for (int i = 0; i < 4; i++) pthread_create(threads + i, NULL, work, NULL);
for (int i = 0; i < 150; i++) {
  pid_t child = fork();
  if (child == 0) {
    alarm(10);
    usage_detail("format", "ascii");
    usage_feature("Algorithm", "Save.v1");
    usage_feature("Algorithm", "Rebin.v1");
    usage_feature("Algorithm", "Rebin.v1");
    exit(0);
  }
  waitpid(child, &status, 0);
  failed += status != 0;
}
is_over = 1;
for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
usage_end(0);
return failed > 0 ? 7 : 0;`,
      {
        before: `
static volatile int is_over;
static void *work(void *nothing) {
  while (!is_over) {
    usage_detail("format", "nexus");
    usage_feature("Algorithm", "Load.v1");
    usleep(500);
  }
  return nothing;
}`,
      },
    )
    assert.equal(code, 0, stderr)
    assert.deepEqual([usesOf('Save.v1'), usesOf('Rebin.v1')], [150, 300])
  })

  it('calls it from a signal handler waits for nothing, also in the middle of another call', needs('gcc'), async t => {
    const {run} = cScene(t)
    const {code, signal} = await run(
      `
alarm(20);
struct itimerval often = {{0, 300}, {0, 300}};
double begin = seconds();
signal(SIGALRM, handle);
usage_start("1");
setitimer(ITIMER_REAL, &often, NULL);
while (seconds() - begin < 2) {
  usage_detail("format", "nexus");
  usage_feature("Algorithm", "Load.v1");
}
signal(SIGALRM, SIG_IGN);
usage_end(0);
return longest < 0.2 ? 0 : 7;`,
      {
        before: `${timed}
#include <sys/time.h>
static double longest;
static void handle(int number) {
  double begin = seconds();
  usage_feature("Algorithm", "Save.v1");
  if (seconds() - begin > longest) longest = seconds() - begin;
  (void)number;
}`,
        timeoutSeconds: 20,
      },
    )
    assert.deepEqual([code, signal], [0, null])
  })

  it('cancels a thread in the middle of a call can still record', needs('gcc'), async t => {
    const {run, events} = cScene(t)
    const {code} = await run(
      `
double begin;
usage_start("1");
for (int i = 0; i < 40; i++) {
  pthread_t thread;
  pthread_create(&thread, NULL, work, NULL);
  usleep(2000 + 100 * i);
  pthread_cancel(thread);
  pthread_join(thread, NULL);
}
begin = seconds();
if (!usage_feature("Algorithm", "Save.v1")) return 7;
if (!usage_end(4)) return 8;
return seconds() - begin < 0.4 ? 0 : 9;`,
      {
        before: `${timed}
static void *work(void *nothing) {
  for (;;) {
    pthread_testcancel();
    usage_detail("format", "nexus");
    usage_feature("Algorithm", "Load.v1");
  }
  return nothing;
}`,
      },
    )
    assert.deepEqual([code, events().filter(({type}) => type === 'end').length], [0, 1])
  })

  for (const [how, handler] of [
    ['ignores its children', 'signal(SIGCHLD, SIG_IGN)'],
    ['waits for its children in a handler', 'signal(SIGCHLD, reap)'],
  ] as const)
    it(`${how} starts a sender all the same`, needs('gcc', 'curl'), async t => {
      const collector = await collectorHere(t, isolatedHome(t), [makeProject()])
      const {run, project, events} = cScene(t, {}, collector.http)
      const {code} = await run(`${handler}; usage_start("1"); usage_end(3);`, {
        before: 'static void reap(int number) { (void)number; while (waitpid(-1, NULL, WNOHANG) > 0) continue; }',
        environment: {USAGE_CONSENT: `demo@${collectionVersion(project)}`},
      })
      assert.equal(code, 0)
      await eventually(() => assert.deepEqual(events(), []))
      assert.equal((await collector.stats('demo')).outcomes.failed, 1)
    })

  it('has many open files does not lend them to the sender', needs('gcc', 'curl', 'bash'), async t => {
    const server = await silentServer(t)
    const {run, folder, home, project} = cScene(t, {}, server.url)
    await run('dup2(1, 1500); close(1); dup2(2, 1501); close(2); usage_start("1");')
    const environment = {USAGE_CONSENT: `demo@${collectionVersion(project)}`}
    const began = Date.now()
    const {code} = await runProgram(home, ['bash', '-c', 'ulimit -n 2000; exec "$0"', join(folder, 'program')], {
      environment,
    })
    assert.equal(code, 0)
    // The sender waits for an answer as long as it may, and the output of the program is closed long before.
    assert.ok(Date.now() - began < 7_000, `${Date.now() - began} ms`)
    await eventually(() => assert.ok(server.connections() > 0))
  })

  it(
    'has another user than the one who started it records nothing and starts nothing',
    needs('gcc', 'root'),
    async t => {
      const {run, home, events} = cScene(t)
      for (const path of [join(home.home, '..'), home.home]) chmodSync(path, 0o777)
      const {code} = await run('if (setresuid(0, 54321, 0)) return 9; return usage_start("1");')
      assert.deepEqual([code, events()], [0, []])
    },
  )

  it('has no room on its disk for a while keeps the uses that wait', needs('gcc'), async t => {
    const {run, usesOf} = cScene(t)
    await run(
      `
struct rlimit no_room = {0, RLIM_INFINITY}, room = {RLIM_INFINITY, RLIM_INFINITY};
usage_start("1");
for (int i = 0; i < 5; i++) usage_feature("Algorithm", "Load.v1");
setrlimit(RLIMIT_FSIZE, &no_room);
uc_state.written_at -= 60;
usage_feature("Algorithm", "Load.v1");
setrlimit(RLIMIT_FSIZE, &room);
uc_state.written_at -= 60;
usage_feature("Algorithm", "Load.v1");
usage_end(0);`,
      {before: '#include <sys/resource.h>'},
    )
    assert.equal(usesOf('Load.v1'), 7)
  })

  it('is linked on an old system needs no library for threads', needs('gcc'), t => {
    const {folder} = cScene(t)
    const object = join(folder, 'usage_client.o')
    const flags = ['-x', 'c', '-DUSAGE_IMPLEMENTATION', '-c', join(folder, 'usage_client.h'), '-o', object]
    execFileSync('gcc', flags)
    const names = execFileSync('nm', ['-u', object], {encoding: 'utf8'}).match(/pthread_\w+/g)
    // Older versions of the GNU C library have this one in libc.so, but not pthread_sigmask.
    assert.deepEqual(names, ['pthread_setcancelstate'])
  })
})

it(
  'brings every one of 10,000 uses in C to a collector, once, from threads and forks, though its sender is killed',
  needs('gcc', 'curl'),
  async t => {
    const collector = await collectorHere(t, isolatedHome(t), [makeProject()])
    const isStored = Promise.withResolvers<void>()
    let stored = 0
    const server = await answeringServer(t, async ({body}, response) => {
      const headers = {'content-type': 'application/json'}
      const passed = await fetch(`${collector.http}/v1/reports`, {method: 'POST', body, headers})
      const text = await passed.text()
      // The first answer is lost with the sender.
      if (stored++ > 0) answer(response, passed.status, text)
      isStored.resolve()
    })
    const {run, home, folder, project, destination, events} = cScene(t, {}, server.url)
    const {code} = await run(
      `
pthread_t threads[8];
usage_start("1");
for (int i = 0; i < 8; i++) pthread_create(threads + i, NULL, work, NULL);
for (int i = 0; i < 40; i++)
  if (fork() == 0) {
    alarm(20);
    for (int k = 0; k < 50; k++) usage_feature("Algorithm", "Load.v1");
    exit(0);
  }
for (int i = 0; i < 8; i++) pthread_join(threads[i], NULL);
while (wait(NULL) > 0) continue;
usage_end(0);`,
      {
        before: `
static void *work(void *nothing) {
  for (int i = 0; i < 1000; i++) usage_uses("Algorithm", "Load.v1", 1, 0.001 * i, 0);
  return nothing;
}`,
      },
    )
    assert.equal(code, 0)
    const send = [join(folder, 'demo-usage'), 'send'] as const
    const environment = {USAGE_CONSENT: `demo@${collectionVersion(project)}`}
    await runProgram(home, send, {environment, killedAfter: isStored.promise})
    const past = new Date(Date.now() - 180_000)
    utimesSync(join(destination.paths.sending, 'c'), past, past)
    await runProgram(home, send, {environment})
    assert.deepEqual(events(), [])
    const {runs, features} = await collector.stats('demo')
    const counts = Object.fromEntries(features.map(({name, count}) => [name, count]))
    assert.deepEqual([runs.total, counts], [1, {'Load.v1': 10_000}])
  },
)

describe('the command in C', {concurrency: 2}, () => {
  it('exits with 0 for a script where there is no room and nobody reads', needs('gcc', 'bash'), async t => {
    const {folder, home} = cScene(t)
    for (const word of ['start --print-id', 'feature Load.v1 --type Algorithm', 'end 0']) {
      const script = `set -o pipefail; ulimit -f 0; { sleep 0.2; "$0" ${word} 2>&1; } | true`
      const {code, stderr} = await runProgram(home, ['bash', '-c', script, join(folder, 'demo-usage')])
      assert.deepEqual([code, stderr], [0, ''], word)
    }
  })
})
