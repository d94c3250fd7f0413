// Runs a command by the framework of the command line, or says why it cannot. Parses on an old Node.js.
const {existsSync} = require('node:fs')
const {join} = require('node:path')
const {
  ensureAccount,
  explainDamage,
  explainNotBuilt,
  forgetForeignLauncher,
  isOlderThan,
  isPatient,
  wantedNode,
} = require('./preconditions.js')

const root = join(__dirname, '..')

exports.runCommand = function runCommand(args) {
  forgetForeignLauncher()
  if (isOlderThan(wantedNode(args[0]))) require('./old-node.js').goOnWithOwnNode(args)
  else if (!existsSync(join(root, 'dist'))) explainNotBuilt(args)
  else {
    ensureAccount()
    import('../dist/cli/main.js')
      .then(({main}) => main(args, {root, isPatient: isPatient(args)}))
      .catch(error => explainDamage(args, error))
  }
}
