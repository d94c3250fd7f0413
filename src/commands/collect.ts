import {readCollectSettings} from '../cli/arguments/collect-settings.ts'
import {BaseCommand} from '../cli/framework/base-command.ts'
import {collectFlags} from '../cli/framework/collect-flags.ts'
import {runCollector} from '../cli/maintain/operate/run-collector.ts'
import {showsSecret} from '../cli/output/shows-secret.ts'
import {writeListening} from '../cli/text/operator/write-listening.ts'

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
  static override flags = collectFlags

  async run(): Promise<void> {
    const {flags: said} = await this.parse(Collect)
    await runCollector(readCollectSettings(said), {
      now: this.world.now,
      isTerminal: process.stderr.isTTY,
      showsToken: showsSecret(process.stdout, this.jsonEnabled(), this.world.environment),
      onListening: ({hasToken, ...listening}) => {
        const text = this.jsonEnabled()
          ? JSON.stringify(listening)
          : this.fit(writeListening({...listening, hasToken}, this.paint))
        process.stdout.write(`${text}\n`)
      },
    })
  }
}
