// Runs a command with oclif, or prints why it cannot run.
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
  // A collector reads its project files at SIGHUP. One that is still loading reads them anyway, and must not end.
  if (args[0] === 'collect') process.on('SIGHUP', () => {})
  forgetForeignLauncher()
  if (process.env.USAGE_LAUNCHER_PID) endWithLauncher(Number(process.env.USAGE_LAUNCHER_PID))
  if (isOlderThan(oldestNode(args[0]))) require('./old-node.js').runOnOldNode(args)
  else if (!existsSync(join(root, 'dist'))) explainNotBuilt(args)
  else {
    ensureAccount()
    loadProgram(loadBuilt)
      .then(({main, commands}) => main(args, {root, isPatient: isPatient(args), commands}))
      .catch(error => explainDamage(args, error))
  }
}

/** Sends SIGTERM to this process when its launcher is dead: a killed launcher must not leave a collector behind. */
function endWithLauncher(launcher) {
  const watch = setInterval(() => {
    if (process.ppid === launcher) return
    clearInterval(watch)
    process.kill(process.pid, 'SIGTERM')
  }, 1000).unref()
}

/** Loads the bundle of commands and framework, or, if it is missing or damaged, the separate modules. */
async function loadProgram(loadBuilt) {
  try {
    return loadBuilt('commands')
  } catch {
    return import('../dist/cli/framework/main.js')
  }
}
