// Preloaded by --require: says which modules of Node.js a program has loaded when it ends.
process.on('exit', () => {
  const names = process.moduleLoadList.filter(name => name.startsWith('NativeModule ')).map(name => name.slice(13))
  require('node:fs').writeFileSync(process.env.USAGE_TEST_MODULES, names.join('\n'))
})
