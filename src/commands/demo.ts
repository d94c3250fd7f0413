import * as Flags from '@oclif/core/flags'
import {readAddress} from '../cli/arguments/listen-address.ts'
import {BaseCommand} from '../cli/framework/base-command.ts'
import {storeFlags} from '../cli/framework/store-flag.ts'
import {openDemo} from '../cli/maintain/demo.ts'
import {waitForStopSignal} from '../cli/maintain/operate/wait-for-stop-signals.ts'

export default class Demo extends BaseCommand {
  static override summary = 'Show the dashboard with two years of realistic data of a made-up project.'
  static override description =
    'Fills a temporary folder and serves the dashboard on this machine without a token. On SIGTERM or SIGINT it removes everything and exits.'
  static override examples = ['<%= config.bin %> demo', '<%= config.bin %> demo --http 127.0.0.1:0 --json']
  static override flags = {
    store: storeFlags.store,
    http: Flags.string({
      description: 'address to listen on; port 0 selects a free port',
      helpValue: 'HOST:PORT',
      default: '127.0.0.1:8088',
    }),
  }

  async run(): Promise<void> {
    const {flags} = await this.parse(Demo)
    const asked = waitForStopSignal()
    const demo = await openDemo({...readAddress(flags.http), store: flags.store}, this.world.now, this.preparing())
    const {http, events} = demo
    const text = this.jsonEnabled()
      ? JSON.stringify({http, events})
      : `${events.toLocaleString('en-US')} events of a made-up project. Dashboard: ${this.paint.bold(http)}  Stop with Ctrl-C.`
    process.stdout.write(`${text}\n`)
    await asked
    await demo.close()
  }
}
