import type {Cluster} from './start-cluster.ts'

/** The address of a store in a database of a cluster, as users write it. With one server, without a cluster. */
export function addressOf({urls, name, account}: Pick<Cluster, 'urls' | 'name' | 'account'>, database: string): string {
  const login = [account.user, account.password].map(encodeURIComponent).join(':')
  const hosts = urls.map(url => new URL(url).host).join(',')
  return `clickhouse://${login}@${hosts}/${database}${urls.length === 1 ? '' : `?cluster=${name}`}`
}
