// Preloaded by --import: the program that comes after it believes that an old Node.js runs it.
Object.defineProperty(process, 'versions', {value: {...process.versions, node: '20.1.0'}})
