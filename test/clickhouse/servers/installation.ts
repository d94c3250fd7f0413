import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {repositoryPath} from '../../support/repository.ts'

/** Where `set-up.ts` installs the server and its client: in `node_modules`, so that git and npm leave it out. */
export const installation = repositoryPath('node_modules', '.cache', 'clickhouse')

/** The ClickHouse server, a shared library. */
export const serverLibrary = join(installation, 'node_modules', '@chdb', 'lib-linux-x64-gnu', 'libchdb.so')

/** The client that the collector loads. */
export const client = join(installation, 'node_modules', '@clickhouse', 'client')

/** The program that runs the library as a server, made of `launcher.c`. */
export const launcher = join(installation, 'launcher')

/** There is a library for this kind of machine. */
export const isSupported = process.platform === 'linux' && process.arch === 'x64'

export const isInstalled = (): boolean => [launcher, serverLibrary, client].every(path => existsSync(path))
