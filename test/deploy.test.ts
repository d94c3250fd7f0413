import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {readCollectSettings} from '../src/cli/arguments/collect-settings.ts'
import {createMetrics} from '../src/collector/monitoring/metrics.ts'
import {limits} from '../src/protocol/values/limits.ts'
import {administratorsPath, needs} from './support/needs.ts'
import {filesUnder, repositoryPath} from './support/repository.ts'
import {temporaryDirectory} from './support/temporary-directory.ts'

const deployPath = (name: string): string => repositoryPath('deploy', name)
const read = (name: string): string => readFileSync(deployPath(name), 'utf8')
const {commands} = JSON.parse(readFileSync(repositoryPath('oclif.manifest.json'), 'utf8')) as {
  commands: Record<string, {flags: Record<string, unknown>}>
}
const collectFlags = Object.keys(commands['collect']?.flags ?? {})

/** Runs a checker of files, which must find nothing. */
function check(program: string, ...args: readonly string[]): string {
  const {status, stdout, stderr} = spawnSync(program, args, {encoding: 'utf8'})
  assert.equal(status, 0, `${program} ${args.join(' ')}: ${stdout}${stderr}`)
  return stdout + stderr
}

/** A file of deploy/ in a temporary folder, with some texts replaced. */
function copy(t: TestContext, name: string, replace: (text: string) => string): string {
  const path = join(temporaryDirectory(t), name)
  writeFileSync(path, replace(read(name)))
  return path
}

/** The flags of `usage collect` in a text. */
const flagsIn = (text: string): string[] => [...text.matchAll(/(?<= |")--([a-z][a-z-]*)/g)].map(([, flag = '']) => flag)

describe('deploy/', () => {
  it('travels in the npm package', () => {
    const {files} = JSON.parse(readFileSync(repositoryPath('package.json'), 'utf8')) as {files: string[]}
    assert.ok(files.includes('deploy'))
    assert.ok(filesUnder('deploy', '').length >= 6)
  })

  it('has a unit that systemd accepts, and that leaves a fault of the program little', needs('systemd-analyze'), t => {
    const unit = copy(t, 'usage-collector.service', text =>
      text.replace('ExecStart=/opt/usage/bin/usage', 'ExecStart=/bin/sh'),
    )
    assert.equal(check('systemd-analyze', 'verify', unit), '')
    const [, exposure] =
      /Overall exposure level .*: ([\d.]+)/.exec(check('systemd-analyze', 'security', '--offline=true', unit)) ?? []
    assert.ok(Number(exposure) <= 1.5, `exposure level ${exposure} of 10`)
  })

  it('names in the unit only flags that exist', () => {
    const [start = ''] = /^ExecStart=.*$/m.exec(read('usage-collector.service')) ?? []
    const flags = flagsIn(start)
    assert.ok(flags.includes('config'))
    for (const flag of flags) assert.ok(collectFlags.includes(flag), flag)
  })

  it('has a configuration that the collector accepts, for the folder of the unit', () => {
    const settings = readCollectSettings({config: deployPath('collector.json')})
    const [, state = ''] = /^StateDirectory=(.*)$/m.exec(read('usage-collector.service')) ?? []
    assert.equal(settings.data, `/var/lib/${state}`)
    for (const site of ['nginx-site.conf', 'Caddyfile']) assert.ok(read(site).includes(settings.http), site)
  })

  it('lets a proxy accept the largest body of a report', () => {
    assert.equal(limits.maxBodyBytes, 1024 * 1024)
    assert.match(read('nginx-site.conf'), /client_max_body_size 1m;/)
    assert.match(read('Caddyfile'), /max_size 1MiB/)
  })

  it('has a site that nginx accepts', needs('nginx', 'openssl'), t => {
    const folder = temporaryDirectory(t)
    const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
    const subject = ['-subj', '/CN=usage.example.org', '-days', '2', '-keyout', key, '-out', certificate]
    check('openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', ...subject)
    mkdirSync(join(folder, 'logs'))
    writeFileSync(
      join(folder, 'nginx.conf'),
      `pid ${folder}/nginx.pid;\nerror_log ${folder}/error.log;\nevents {}\nhttp {\n${read('nginx-site.conf')
        .replace(/\S+fullchain\.pem/, certificate)
        .replace(/\S+privkey\.pem/, key)
        .replaceAll('/var/log/nginx', folder)
        .replaceAll(/listen (\[::\]:)?(\d+)/g, 'listen $118$2')}}\n`,
    )
    check(join(administratorsPath, 'nginx'), '-t', '-p', folder, '-c', join(folder, 'nginx.conf'))
  })

  it('has a site that Caddy accepts, in the format of Caddy', needs('caddy'), () => {
    check('caddy', 'validate', '--adapter', 'caddyfile', '--config', deployPath('Caddyfile'))
    assert.equal(spawnSync('caddy', ['fmt', deployPath('Caddyfile')], {encoding: 'utf8'}).stdout, read('Caddyfile'))
  })

  it('has alert rules about metrics that exist', async () => {
    const metrics = createMetrics('1.0')
    const text = await metrics.write()
    metrics.close()
    const sources = filesUnder('src/collector', '.ts').map(path => readFileSync(repositoryPath(path), 'utf8'))
    const named = [...read('prometheus-rules.yml').matchAll(/usage_collector_(\w+)/g)].map(([, name = '']) => name)
    assert.ok(named.length >= 5)
    for (const name of named)
      assert.ok(
        text.includes(`usage_collector_${name.replace(/_total$/, '')}`) ||
          sources.some(source => source.includes(`name: '${name}'`)),
        name,
      )
  })

  it('has a container file with steps that exist, without root and without secrets', () => {
    const text = read('Containerfile')
    const stages = [...text.matchAll(/^FROM (\S+)(?: AS (\w+))?$/gm)]
    assert.equal(stages.length, 2)
    for (const [, image = ''] of stages) assert.match(image, /^docker\.io\/library\/node:24-/)
    const last = text.slice(text.lastIndexOf('\nFROM '))
    for (const instruction of ['USER node', 'VOLUME /data', 'HEALTHCHECK', 'STOPSIGNAL SIGTERM', 'EXPOSE 8080/tcp'])
      assert.ok(last.includes(`\n${instruction}`), instruction)
    assert.ok(last.indexOf('USER node') < last.indexOf('ENTRYPOINT'))
    const [, command = '[]'] = /^CMD (\[.*\])$/m.exec(last) ?? []
    for (const flag of flagsIn(command)) assert.ok(collectFlags.includes(flag), flag)
    const [, health = '[]'] = /CMD (\[.*\])$/m.exec(last.replaceAll('\\\n', '')) ?? []
    assert.doesNotThrow(() => JSON.parse(health))
    assert.ok(existsSync(repositoryPath('.dockerignore')))
  })
})
