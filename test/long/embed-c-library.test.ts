import assert from 'node:assert/strict'
import {execFileSync, spawnSync} from 'node:child_process'
import {existsSync, mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {TimingsRecorder} from '../../src/protocol/durations/timings-recorder.ts'
import {cScene} from '../support/c-scene.ts'
import {readJsonFixture} from '../support/fixtures.ts'
import {needs} from '../support/needs.ts'
import {runProgram} from '../support/run-program.ts'

const strict = ['-Wall', '-Wextra', '-Werror'] as const
const sanitizers = {
  'address,undefined': {ASAN_OPTIONS: 'exitcode=99', UBSAN_OPTIONS: 'halt_on_error=1:exitcode=99'},
  thread: {TSAN_OPTIONS: 'exitcode=99'},
} as const

describe('the client in C', {concurrency: 2}, () => {
  for (const compiler of ['gcc', 'clang'] as const)
    for (const language of ['c', 'c++'] as const)
      it(
        `compiles with ${compiler} as ${language} without a warning, as functions and as a command`,
        needs(compiler, ...(language === 'c++' ? (['g++'] as const) : [])),
        t => {
          const {folder} = cScene(t)
          const standards = language === 'c' ? ['-std=c99', '-std=c11'] : ['-std=c++11', '-std=c++17']
          for (const standard of standards)
            for (const part of ['USAGE_IMPLEMENTATION', 'USAGE_MAIN']) {
              const args = ['-x', language, standard, '-O2', ...strict, `-D${part}`, '-c', '-o', '/dev/null']
              const {status, stderr} = spawnSync(compiler, [...args, 'usage_client.h'], {cwd: folder, encoding: 'utf8'})
              assert.deepEqual([status, stderr], [0, ''], `${standard} ${part}`)
            }
        },
      )

  it('declares its functions for a program in C++ that is linked with them', needs('gcc', 'g++'), async t => {
    const {folder, home, events} = cScene(t)
    const main = join(folder, 'main.cc')
    writeFileSync(main, '#include "usage_client.h"\nint main() { return usage_start("1") == 1 ? 0 : 7; }\n')
    const object = join(folder, 'usage_client.o')
    execFileSync('gcc', ['-x', 'c', '-DUSAGE_IMPLEMENTATION', '-c', join(folder, 'usage_client.h'), '-o', object])
    execFileSync('g++', [...strict, main, object, '-o', join(folder, 'main')])
    assert.equal((await runProgram(home, [join(folder, 'main')])).code, 0)
    assert.equal(events().length, 1)
  })

  it('has lines of at most 100 characters, laid out by clang-format', needs('gcc', 'clang-format'), t => {
    const {folder} = cScene(t)
    const file = join(folder, 'usage_client.h')
    const style = `--style=file:${join(import.meta.dirname, '..', '..', 'src', 'embed', '.clang-format')}`
    const {status, stderr} = spawnSync('clang-format', [style, '--dry-run', '-Werror', file], {encoding: 'utf8'})
    assert.deepEqual([status, stderr], [0, ''])
  })

  it('makes the same bytes of durations as the library', needs('gcc'), async t => {
    const cases = readJsonFixture('timings/records.json') as {durations: number[]; json: string}[]
    const many = Array.from({length: 100}, (_, row) =>
      Array.from({length: 50}, (_, index) =>
        Math.min(3e8, 1.7 ** (row / 2.5 - 20) * (1 + index * index * 2 ** (index % 9))),
      ),
    )
    const edges = Array.from({length: 900}, (_, index) => [
      2 ** ((index - 450) / 16),
      2 ** ((index - 450) / 16) * (1 + 2 ** -52),
    ])
    const all = [...cases.map(one => one.durations), ...many, ...edges]
    const {run, folder} = cScene(t)
    writeFileSync(join(folder, 'durations'), all.map(one => `${one.length} ${one.join(' ')}`).join('\n'))
    const {stdout, stderr} = await run(`
FILE *file = fopen("${join(folder, 'durations')}", "r");
int count;
while (fscanf(file, "%d", &count) == 1) {
  static uc_timings timings;
  uc_text text = {NULL, 0, 0, 0};
  memset(&timings, 0, sizeof timings);
  while (count-- > 0) {
    double one;
    if (fscanf(file, "%lf", &one) != 1) return 1;
    uc_record_duration(&timings, one);
  }
  uc_add_timings(&text, &timings);
  puts(text.at);
  uc_free(&text);
}`)
    assert.equal(stderr, '')
    const wanted = all.map(durations => {
      const recorder = new TimingsRecorder()
      for (const one of durations) recorder.record(one)
      return JSON.stringify(recorder.toTimings())
    })
    assert.deepEqual(stdout.trimEnd().split('\n'), wanted)
  })

  for (const [sanitizer, environment] of Object.entries(sanitizers))
    it(`counts every use of eight threads, with the sanitizer of ${sanitizer}`, needs('gcc'), async t => {
      const scene = cScene(t, {features: {types: ['Algorithm'], names: ['Load.v1', 'Solve']}})
      const {code, stderr} = await scene.run(
        `
pthread_t threads[8];
usage_start("2.0");
for (int i = 0; i < 8; i++) pthread_create(threads + i, NULL, work, NULL);
for (int i = 0; i < 8; i++) pthread_join(threads[i], NULL);
usage_end(0);`,
        {
          flags: [`-fsanitize=${sanitizer}`],
          environment,
          before: `
static void *work(void *nothing) {
  for (int i = 0; i < 2000; i++) {
    usage_feature("Algorithm", i % 2 ? "Load.v1" : "Solve");
    if (i % 4 == 0) usage_uses("Algorithm", "Solve", 1, 0.001 * (i % 50), 0);
  }
  return nothing;
}`,
        },
      )
      assert.equal(code, 0, stderr)
      assert.deepEqual([scene.usesOf('Load.v1'), scene.usesOf('Solve')], [8_000, 12_000])
      assert.deepEqual(new Set(scene.events().map(({run}) => run)).size, 1)
    })

  it(
    'writes what waits in a forked process at its end, for the run of the parent, which alone ends it',
    needs('gcc'),
    async t => {
      const {run, events} = cScene(t)
      await run(`
usage_start(NULL);
usage_feature("Algorithm", "Load.v1");
usage_feature("Algorithm", "Load.v1");
if (fork() == 0) {
  usage_feature("Algorithm", "Load.v1");
  usage_feature("Algorithm", "Load.v1");
  usage_end(9);
  exit(0);
}
wait(NULL);
usage_end(0);`)
      const counts = events().flatMap(event => (event.type === 'feature' ? [event.count] : []))
      assert.deepEqual([counts.length, counts.reduce((sum, one) => sum + one, 0)], [4, 4])
      assert.deepEqual(
        events().flatMap(event => (event.type === 'end' ? [event.exitCode] : [])),
        [0],
      )
      assert.equal(new Set(events().map(event => event.run)).size, 1)
    },
  )

  it('tells its children the run, and takes the variables back at its end', needs('gcc'), async t => {
    const {run} = cScene(t)
    const {stdout} = await run(`
setenv("USAGE_RUN_ID", "before", 1);
usage_start(NULL);
fflush(stdout);
if (system("echo \\"$USAGE_RUN_ID\\" \\"$USAGE_RUN_SCOPE\\"")) return 1;
usage_end(0);
printf("%s %d\\n", getenv("USAGE_RUN_ID"), getenv("USAGE_RUN_SCOPE") == NULL);`)
    assert.match(stdout, /^[0-9a-f-]{36} \d+:\/.*\/demo-[0-9a-f]{8}\nbefore 1\n$/)
  })

  it('keeps what the project declares, and counts the rest', needs('gcc'), async t => {
    const description = 'd'
    const {run, events, dropped} = cScene(t, {
      fields: {
        cores: {type: 'integer', min: 1, max: 64, description},
        step: {type: 'number', description},
        gpu: {type: 'boolean', description},
        mode: {type: 'enum', values: ['fast', 'exact'], description},
        blas: {type: 'version', description},
        code: {type: 'pattern', pattern: '[A-Z]{2}\\d+(?:-x)?', description},
      },
      features: {types: ['Algorithm'], names: ['Load.v1'], details: {size: {type: 'integer', description}}},
    })
    const fields = {cores: '8', step: '2.5e-7', gpu: 'true', mode: 'exact', blas: '3.1', code: 'AB12-x'}
    const wrong = {cores: '65', step: 'nan', gpu: 'yes', mode: 'slow', blas: '', code: 'ab', other: '1'}
    const set = (values: object) =>
      Object.entries(values)
        .map(([name, value]) => `usage_field("${name}", "${value}");`)
        .join('\n')
    await run(`
${set(fields)}
usage_start("1.0");
${set(wrong)}
usage_detail("size", "3");
usage_feature("Algorithm", "Load.v1");
usage_feature("Algorithm", "Other");
usage_feature(NULL, NULL);
usage_uses("Algorithm", "Load.v1", -1, -1, 0);
usage_uses("Algorithm", "Load.v1", 1, 1e300, 1);
usage_end_by_signal(11);`)
    const all = events()
    const start = all.find(event => event.type === 'start')
    const end = all.find(event => event.type === 'end')
    const details = all.flatMap(event => (event.type === 'feature' ? [event.details] : []))
    assert.deepEqual(start?.fields, {cores: 8, step: 2.5e-7, gpu: true, mode: 'exact', blas: '3.1', code: 'AB12-x'})
    assert.deepEqual([end?.fields, end?.signal, end?.exitCode], [{}, 'SIGSEGV', null])
    assert.deepEqual([details.length, details.filter(one => one !== null)], [3, [{size: 3}]])
    assert.deepEqual(await dropped(), {'undeclared-field': 9, 'undeclared-feature': 2})
  })

  it(
    'harms no host that has a closed pipe as standard error, no room, or another language',
    needs('gcc', 'bash'),
    async t => {
      for (const [what, shell] of [
        ['a closed pipe', 'exec 2> >(exec true); sleep 0.2; "$0"'],
        ['closed descriptors', 'exec "$0" 0<&- 1>&- 2>&-'],
        ['no room in files', 'ulimit -f 0; exec "$0"'],
        ['few descriptors', 'ulimit -n 4; exec "$0"'],
      ] as const) {
        const {run, folder, home} = cScene(t)
        await run(`
struct sigaction before, after;
memset(&before, 0, sizeof before);
sigaction(SIGPIPE, NULL, &before);
usage_start("1");
usage_feature("Algorithm", "Load.v1");
usage_end(0);
sigaction(SIGPIPE, NULL, &after);
if (before.sa_handler != after.sa_handler) return 8;
return 5;`)
        const {code, signal} = await runProgram(home, ['bash', '-c', shell, join(folder, 'program')])
        assert.deepEqual([code, signal], [5, null], what)
      }
    },
  )

  it('reads and writes numbers as in C, whatever the locale of the host', needs('gcc'), async t => {
    const {run, events} = cScene(t, {fields: {step: {type: 'number', description: 'd'}}})
    const {code} = await run(
      `
struct lconv *found;
setlocale(LC_ALL, "");
found = localeconv();
usage_field("step", "2.5");
usage_start("1");
return found == localeconv() ? 0 : 1;`,
      {environment: {LC_ALL: 'de_DE.UTF-8'}},
    )
    const [start] = events()
    assert.ok(start?.type === 'start')
    assert.deepEqual([code, start.fields], [0, {step: 2.5}])
  })

  it('does not write into the home of a person who has opted out', needs('gcc'), async t => {
    const {run, home} = cScene(t)
    mkdirSync(home.configDirectory, {recursive: true})
    writeFileSync(join(home.configDirectory, 'optout'), '')
    const {stderr} = await run('usage_start("1"); usage_feature("Algorithm", "Load.v1"); usage_end(0);')
    assert.equal(stderr, '')
    assert.ok(!existsSync(home.stateDirectory))
  })
})
