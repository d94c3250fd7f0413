// Runs a command by the framework of the command line, or prints why it cannot.
const {existsSync} = require('node:fs')
const {join} = require('node:path')
const {
  ensureAccount,
  explainDamage,
  explainNotBuilt,
  forgetForeignLauncher,
  isOlderThan,
  isPatient,
  oldestNode,
} = require('./preconditions.js')

const root = join(__dirname, '..')

exports.runCommand = function runCommand(args, loadBuilt) {
  forgetForeignLauncher()
  if (process.env.USAGE_LAUNCHER_PID) endWithLauncher(Number(process.env.USAGE_LAUNCHER_PID))
  if (isOlderThan(oldestNode(args[0]))) require('./old-node.js').goOn(args)
  else if (!existsSync(join(root, 'dist'))) explainNotBuilt(args)
  else {
    ensureAccount()
    loadProgram(loadBuilt)
      .then(({main, commands}) => main(args, {root, isPatient: isPatient(args), commands}))
      .catch(error => explainDamage(args, error))
  }
}

/** Ends this process as SIGTERM does when its launcher has died: a killed launcher must not leave a collector behind. */
function endWithLauncher(launcher) {
  const watch = setInterval(() => {
    if (process.ppid === launcher) return
    clearInterval(watch)
    process.kill(process.pid, 'SIGTERM')
  }, 1000).unref()
}

/** The commands and the framework in one file; where that is missing or damaged, the modules that it was made of. */
async function loadProgram(loadBuilt) {
  try {
    return loadBuilt('commands')
  } catch {
    return import('../dist/cli/framework/main.js')
  }
}
