import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '../cli/base-command.ts'
import {readAddress} from '../cli/listen-address.ts'
import {untilAskedToStop} from '../cli/stop-signal.ts'
import {writeListening} from '../cli/write-listening.ts'
import {openCollector} from '../collector/collector.ts'

export default class Collect extends BaseCommand {
  static override summary = 'Run a collector: receive reports, keep them, answer questions.'
  static override description =
    'Takes reports for the projects whose project files lie in --projects, and no others. An answer is given when the events are on disk. Ends on SIGTERM or SIGINT when what has arrived is stored.'
  static override examples = [
    '<%= config.bin %> collect --projects /etc/usage/projects --data /var/lib/usage',
    '<%= config.bin %> collect --projects projects --http 127.0.0.1:0 --json',
  ]
  static override flags = {
    projects: Flags.string({description: 'the folder of project files', helpValue: 'DIR', required: true}),
    data: Flags.string({description: 'the folder of the data', helpValue: 'DIR', default: 'usage-data'}),
    http: Flags.string({
      description: 'where to listen; port 0 takes a free one',
      helpValue: 'HOST:PORT',
      default: '127.0.0.1:8080',
    }),
  }

  async run(): Promise<void> {
    const {flags} = await this.parse(Collect)
    const asked = untilAskedToStop()
    const collector = await openCollector({
      projectsDirectory: flags.projects,
      dataDirectory: flags.data,
      ...readAddress(flags.http),
      now: this.world.now,
    })
    const listening = {http: collector.http, udp: null, data: flags.data, token: collector.token}
    const text = this.jsonEnabled() ? JSON.stringify(listening) : writeListening(listening, this.paint)
    process.stdout.write(`${text}\n`)
    await asked
    await collector.close()
  }
}
