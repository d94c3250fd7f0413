import {resolve} from 'node:path'
import * as Args from '@oclif/core/args'
import {BaseCommand, exitLike} from '../../cli/framework/base-command.ts'
import {checkPolicy, type PolicyCheck} from '../../cli/maintain/check-policy.ts'
import {writePolicy} from '../../cli/text/write-policy.ts'
import {knownIds} from '../../reporter/projects/known-destinations.ts'

export default class CheckPolicy extends BaseCommand {
  static override summary = 'Check the policy file of a site, and show what it means for each project and for users.'
  static override description = 'An unknown key or value is a problem: such a policy opts out all projects.'
  static override examples = ['<%= config.bin %> policy check', '<%= config.bin %> policy check ./policy.json --json']
  static override args = {
    file: Args.string({description: 'the policy file (default: /etc/usage/policy.json)', ignoreStdin: true}),
  }

  async run(): Promise<PolicyCheck> {
    const {args} = await this.parse(CheckPolicy)
    const file = resolve(args.file ?? `${this.world.siteDirectory}/policy.json`)
    const check = checkPolicy(file, knownIds(this.world))
    if (check.problems.length > 0) exitLike('USAGE_POLICY_INVALID')
    return this.presentWrapped(check, answer => writePolicy(answer, this.paint))
  }
}
