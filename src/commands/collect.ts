import * as Flags from '@oclif/core/flags'
import {readCollectSettings} from '../cli/arguments/collect-settings.ts'
import {BaseCommand} from '../cli/framework/base-command.ts'
import {runCollector} from '../cli/maintain/operate/run-collector.ts'
import {showsSecret} from '../cli/output/shows-secret.ts'
import {writeListening} from '../cli/text/operator/write-listening.ts'
import {writeReload} from '../cli/text/operator/write-reload.ts'

export default class Collect extends BaseCommand {
  static override summary = 'Run a collector: receive reports, store them, serve statistics.'
  static override description =
    'Accepts reports for the projects whose project files are in --projects, and rejects all others. Answers when the events are on disk. On SIGHUP it reads the project files again. On SIGTERM or SIGINT it stores what has arrived and exits.'
  static override examples = [
    '<%= config.bin %> collect --projects /etc/usage/projects --data /var/lib/usage',
    '<%= config.bin %> collect --projects projects --http 127.0.0.1:0 --json',
    '<%= config.bin %> collect --projects projects --inbox /shared/inbox',
    '<%= config.bin %> collect --config /etc/usage/collector.json',
    '<%= config.bin %> collect --projects projects --udp 0.0.0.0:50077 --parsl parsl --mantid mantid',
  ]
  static override flags = {
    config: Flags.string({
      description: 'a JSON file with these flags, such as {"projects": "projects", "public": true}; flags override it',
      helpValue: 'FILE',
    }),
    projects: Flags.string({
      description: 'the folder of project files, or one project file (required)',
      helpValue: 'DIR',
    }),
    data: Flags.string({description: 'the data folder (default: usage-data)', helpValue: 'DIR'}),
    http: Flags.string({
      description: 'address to listen on; port 0 selects a free port (default: 127.0.0.1:8080)',
      helpValue: 'HOST:PORT',
    }),
    udp: Flags.string({
      description: 'address for datagrams, or off (default: 127.0.0.1:50077 if it is free)',
      helpValue: 'HOST:PORT',
    }),
    inbox: Flags.string({
      description: 'also collect reports from this folder, written by endpoints such as file:///shared/inbox',
      helpValue: 'DIR',
    }),
    parsl: Flags.string({
      description: 'the project of unchanged Parsl clients, which send datagrams',
      helpValue: 'PROJECT',
    }),
    mantid: Flags.string({
      description: 'the project of unchanged Mantid clients, which use POST /api/usage and /api/feature',
      helpValue: 'PROJECT',
    }),
    'min-free': Flags.string({
      description: 'answer reports with 503 below so much free disk, such as 500M (default: 5 %, at most 256M)',
      helpValue: 'SIZE',
    }),
    'trust-clock': Flags.boolean({
      allowNo: true,
      description: 'believe the clock of this machine also if the newest reports in the store contradict it',
    }),
    public: Flags.boolean({
      allowNo: true,
      description: 'show public figures without a token: whole months; groups of fewer than five people are left out',
    }),
  }

  async run(): Promise<void> {
    const {flags: said} = await this.parse(Collect)
    await runCollector(readCollectSettings(said), {
      now: this.world.now,
      showsToken: showsSecret(process.stdout, this.jsonEnabled(), this.world.environment),
      onListening: ({hasToken, ...listening}) => {
        const text = this.jsonEnabled()
          ? JSON.stringify(listening)
          : this.fit(writeListening({...listening, hasToken}, this.paint))
        process.stdout.write(`${text}\n`)
      },
      onReload: changes => process.stderr.write(`${this.fit(writeReload(changes))}\n`),
    })
  }
}
