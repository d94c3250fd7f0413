// Preloaded by --require. At exit, writes the names of the loaded modules of Node.js to the file USAGE_TEST_MODULES.
process.on('exit', () => {
  const names = process.moduleLoadList.filter(name => name.startsWith('NativeModule ')).map(name => name.slice(13))
  require('node:fs').writeFileSync(process.env.USAGE_TEST_MODULES, names.join('\n'))
})
