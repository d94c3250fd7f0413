import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {chmodSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {isolatedHome} from '../support/isolated-home.ts'
import {needs} from '../support/needs.ts'
import {repositoryPath, repositoryRoot} from '../support/repository.ts'
import {openShell, readBlocks, type Step, stepsOf} from '../support/typed-page.ts'

/** Puts the program of this clone where npm would put it. */
const npm = `mkdir -p /opt/usage/bin /opt/usage/lib/node_modules
ln -sfn '${repositoryRoot}' /opt/usage/lib/node_modules/usage-reporter
ln -sf '${repositoryPath('bin', 'run.js')}' /opt/usage/bin/usage`

/** Does with the unit and with nginx what systemd does. The journal is a file. */
const systemctl = `unit=/etc/systemd/system/usage-collector.service
end() { kill "$(cat /var/pid)" && while kill -0 "$(cat /var/pid)" 2>/dev/null; do sleep 0.1; done; }
begin() {
  mkdir -p /var/lib/usage-collector
  $(sed -n 's/^ExecStart=//p' $unit) >>/var/journal 2>&1 &
  echo $! >/var/pid
}
case "$*" in
  daemon-reload) ;;
  'enable --now usage-collector') begin ;;
  'restart usage-collector') end; begin ;;
  'stop usage-collector') end ;;
  'reload usage-collector') kill -HUP "$(cat /var/pid)" ;;
  'reload nginx') /usr/sbin/nginx -g 'daemon off;' & ;;
  *) echo "not known: $*"; exit 1 ;;
esac`

/** A certificate for a name, where certbot writes one. */
const certbot = `folder=/etc/letsencrypt/live/$4
mkdir -p "$folder"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$4" \\
  -addext "subjectAltName=DNS:$4" -keyout "$folder/privkey.pem" -out "$folder/fullchain.pem" 2>/dev/null
cat "$folder/fullchain.pem" >/etc/authority.pem`

/** Programs of the machine that this test must not change, or that need the internet. */
const programs: Readonly<Record<string, string>> = {
  npm,
  systemctl,
  certbot,
  'apt-get': ':',
  useradd: ':',
  journalctl: 'cat /var/journal',
  runuser: 'shift 3; exec "$@"',
  install: 'for folder; do :; done; mkdir -p "$folder"',
  nginx: 'exec /usr/sbin/nginx "$@"',
}

const nginxConf = `user root;
pid /var/nginx.pid;
error_log /var/nginx.log;
events {}
http { access_log off; client_body_temp_path /var/body; proxy_temp_path /var/proxy; fastcgi_temp_path /var/fastcgi;
  uwsgi_temp_path /var/uwsgi; scgi_temp_path /var/scgi; include /etc/nginx/sites-enabled/*; }
`

/**
 * A machine in namespaces of its own: root without rights outside, its own network, and empty /etc, /opt and /var. nginx
 * is the real one, with TLS on port 443.
 */
function makeMachine(t: TestContext) {
  const {home, environment} = isolatedHome(t)
  const folder = (...names: string[]): string => {
    mkdirSync(join(home, ...names), {recursive: true})
    return join(home, ...names)
  }
  const [work, bin, etc, opt, variable] = ['work', 'bin', 'etc', 'opt', 'var'].map(name => folder(name)) as [
    string,
    string,
    string,
    string,
    string,
  ]
  for (const name of ['ssl', 'systemd/system', 'nginx/sites-enabled', 'cron.d']) folder('etc', name)
  for (const name of ['lib', 'log/nginx', 'backups']) folder('var', name)
  writeFileSync(join(etc, 'passwd'), 'root:x:0:0:root:/root:/bin/sh\n')
  writeFileSync(join(etc, 'group'), 'root:x:0:\n')
  writeFileSync(join(etc, 'hosts'), '127.0.0.1 localhost usage.example.org\n')
  writeFileSync(join(etc, 'nsswitch.conf'), 'hosts: files\n')
  writeFileSync(join(etc, 'nginx', 'nginx.conf'), nginxConf)
  writeFileSync(join(etc, 'ssl', 'openssl.cnf'), '[req]\ndistinguished_name = name\n[name]\n')
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`)
    chmodSync(join(bin, name), 0o755)
  }
  const project = JSON.parse(readFileSync(repositoryPath('examples', 'usage.project.json'), 'utf8'))
  const endpoint = {http: 'https://usage.example.org'}
  writeFileSync(join(work, 'usage.project.json'), JSON.stringify({...project, endpoint}, null, 2))
  const {XDG_STATE_HOME: _state, XDG_CONFIG_HOME: _config, ...rest} = environment
  const trust = {CURL_CA_BUNDLE: '/etc/authority.pem', NODE_EXTRA_CA_CERTS: '/etc/authority.pem'}
  const mounts = `ip link set lo up && mount --bind "$0" /etc && mount --bind "$1" /opt && mount --bind "$2" /var`
  const shell = ['unshare', '-Urmn', 'sh', '-c', `${mounts} && exec bash`, etc, opt, variable] as const
  const type = openShell(t, {...rest, ...trust, PATH: `${bin}:${rest['PATH']}:/usr/sbin:/sbin`}, work, [...shell])
  return {type, work, id: String(project.project)}
}

/** What a reader can type here: not the download of Node.js, and files only with their names. */
const stepsOfPage = (): Step[] =>
  readBlocks(readFileSync(repositoryPath('docs', 'hosting.md'), 'utf8'))
    .filter(({language, file}) => language === 'console' || file?.startsWith('/'))
    .flatMap(stepsOf)
    // A link here would be one of the real machine.
    .filter(({command}) => !command.includes('/usr/local/bin/'))

/** Puts the site below a path, as the page shows, on another port. */
function pathSite(): string {
  const page = readFileSync(repositoryPath('docs', 'hosting.md'), 'utf8')
  const location = readBlocks(page).find(({language}) => language === 'nginx')?.text
  const folder = '/etc/letsencrypt/live/usage.example.org'
  const certificate = `ssl_certificate ${folder}/fullchain.pem; ssl_certificate_key ${folder}/privkey.pem;`
  return `server { listen 444 ssl; server_name usage.example.org; ${certificate}\n${location} }\n`
}

/** What the reader's collector must do now: each command, and what it prints. */
function checksOf(work: string): readonly (readonly [command: string, expected: readonly string[]])[] {
  const site = 'https://usage.example.org'
  const answer = `curl -s -o /dev/null -w "%{http_code} %{redirect_url}\\n"`
  const logs = '/var/journal /var/nginx.log /var/log/nginx/*'
  const token =
    'usage token new --data /var/lib/usage-collector --json | sed -n "s/.*\\"token\\": \\"\\(.*\\)\\".*/\\1/p"'
  writeFileSync(join(work, 'token.sh'), `${token}\n`)
  writeFileSync(join(work, 'path-site.conf'), pathSite())
  return [
    ['usage start --project-file usage.project.json >/dev/null 2>&1', ['…']],
    ['usage optin heatflow >/dev/null 2>&1; usage flush heatflow --json | tr -d " \\n"; echo', ['…"sent":…']],
    [
      `curl -s -H "Authorization: Bearer $(sh token.sh)" ${site}/v1/projects/heatflow/stats | grep -o '"runs":{"total":[0-9]*'`,
      ['"runs":{"total":1'],
    ],
    [`${answer} http://usage.example.org/`, [`301 ${site}/`]],
    [`head -c 1048577 /dev/zero | ${answer} --data-binary @- ${site}/v1/reports`, ['413 ']],
    [`${answer} -H "X-Forwarded-For: 203.0.113.9" -A S3CRET ${site}/S3CRET?a=S3CRET`, ['404 ']],
    [`grep -l "203.0.113\\|S3CRET\\|mozilla" ${logs}; echo none`, ['none']],
    [
      'sed -i \'s/{/{"base-path": "\\/usage",/\' /etc/usage-collector/collector.json; cp path-site.conf /etc/nginx/sites-enabled/',
      [],
    ],
    ['systemctl restart usage-collector; nginx -t 2>/dev/null && kill -HUP "$(cat /var/nginx.pid)"', []],
    [
      `until curl -fs -o /dev/null ${site}:444/usage/readyz; do sleep 0.2; done; usage doctor --endpoint ${site}:444/usage`,
      ['…', 'No problems.'],
    ],
    ['systemctl stop usage-collector; kill "$(cat /var/nginx.pid)"; tail -1 /var/journal', ['…"message":"stopped"…']],
  ]
}

describe('hosting.md', () => {
  it(
    'takes a reader to a collector behind nginx with TLS, that receives what a reporter sends',
    needs('unshare', 'ip', 'nginx', 'openssl', 'curl'),
    async t => {
      const {type, work, id} = makeMachine(t)
      assert.equal(id, 'heatflow')
      for (const step of stepsOfPage()) await type(step)
      for (const [command, expected] of checksOf(work)) await type({command, expected})
    },
  )

  it('names every check, every alert, and every line of level error', () => {
    const page = readFileSync(repositoryPath('docs', 'hosting.md'), 'utf8')
    const source = execFileSync(
      'grep',
      ['-rhoE', String.raw`(log|monitor\.log)\??\.error\('[^']+'`, repositoryPath('src')],
      {
        encoding: 'utf8',
      },
    )
    const lines = [...source.matchAll(/'([^']+)'/g)].map(([, line = '']) => line)
    assert.ok(lines.length >= 4)
    const rules = readFileSync(repositoryPath('deploy', 'prometheus-rules.yml'), 'utf8')
    const alerts = [...rules.matchAll(/- alert: (\w+)/g)].map(([, alert = '']) => alert)
    for (const name of [
      ...lines,
      ...alerts,
      'disk',
      'store',
      'clock',
      'datagrams',
      'store-check',
      'open',
      'request failed',
    ])
      assert.ok(page.includes(`\`${name}\``), name)
  })
})
