// Starts a cluster, prints its addresses and process ids as JSON, and waits to be killed.
import {startCluster} from './start-cluster.ts'

const {urls, pids} = await startCluster({shards: 2})
process.stdout.write(`${JSON.stringify({urls, pids: pids()})}\n`)
setInterval(() => {}, 60_000)
