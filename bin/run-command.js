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

exports.runCommand = function runCommand(args, loadBuilt) {
  forgetForeignLauncher()
  if (isOlderThan(wantedNode(args[0]))) require('./old-node.js').goOnWithOwnNode(args)
  else if (!existsSync(join(root, 'dist'))) explainNotBuilt(args)
  else {
    ensureAccount()
    loadProgram(loadBuilt)
      .then(({main, commands}) => main(args, {root, isPatient: isPatient(args), commands}))
      .catch(error => explainDamage(args, error))
  }
}

/** The commands and the framework in one file; where that is missing or damaged, the modules that it was made of. */
async function loadProgram(loadBuilt) {
  try {
    return loadBuilt('commands')
  } catch {
    return import('../dist/cli/framework/main.js')
  }
}
