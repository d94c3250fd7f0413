import * as Flags from '@oclif/core/flags'
import {logFormats, logLevels} from '../../collector/monitoring/log.ts'
import {maxDrainSeconds} from '../arguments/collect-settings.ts'

/** The flags of `usage collect`. `collect-settings.ts` merges them with the file of `--config`. */
export const collectFlags = {
  config: Flags.string({
    description: 'a JSON file with these flags, such as {"projects": "projects", "public": true}; flags override it',
    helpValue: 'FILE',
  }),
  projects: Flags.string({
    description: 'the folder of project files, or one project file (required)',
    helpValue: 'DIR',
  }),
  data: Flags.string({description: 'the data folder (default: usage-data)', helpValue: 'DIR'}),
  store: Flags.string({
    description: 'a store elsewhere, clickhouse://USER:PASSWORD@HOST/DATABASE (default: in the data folder)',
    helpValue: 'ADDRESS',
    env: 'USAGE_STORE',
  }),
  http: Flags.string({
    description: 'address to listen on; port 0 selects a free port (default: 127.0.0.1:8080)',
    helpValue: 'HOST:PORT',
  }),
  host: Flags.string({
    description: 'a name by which requests may address the collector, repeatable (default: its machine, its endpoints)',
    helpValue: 'NAME',
    multiple: true,
  }),
  'base-path': Flags.string({
    description: 'the path below which it is reached, such as /usage; a proxy may remove the path or keep it',
    helpValue: 'PATH',
  }),
  'trust-proxy': Flags.string({
    description: 'a proxy whose X-Forwarded-For is believed: an address or a subnet, repeatable (default: none)',
    helpValue: 'CIDR',
    multiple: true,
  }),
  udp: Flags.string({
    description: 'address for datagrams, or off (default: 127.0.0.1:50077 if it is free)',
    helpValue: 'HOST:PORT',
  }),
  inbox: Flags.string({
    description: 'also collect reports from this folder, written by endpoints such as file:///shared/inbox',
    helpValue: 'DIR',
  }),
  parsl: Flags.string({
    description: 'the project of unchanged Parsl clients, which send datagrams',
    helpValue: 'PROJECT',
  }),
  mantid: Flags.string({
    description: 'the project of unchanged Mantid clients, which use POST /api/usage and /api/feature',
    helpValue: 'PROJECT',
  }),
  'min-free': Flags.string({
    description: 'answer reports with 503 below so much free disk, such as 500M (default: 5 %, at most 256M)',
    helpValue: 'SIZE',
  }),
  'trust-clock': Flags.boolean({
    allowNo: true,
    description: 'believe the clock of this machine also if the newest reports in the store contradict it',
  }),
  'drain-seconds': Flags.integer({
    description: 'at a stop, answer /readyz with 503 for so long before accepting no more requests (default: 0)',
    helpValue: 'SECONDS',
    min: 0,
    max: maxDrainSeconds,
  }),
  public: Flags.boolean({
    allowNo: true,
    description: 'show public figures without a token: whole months; groups of fewer than five people are left out',
  }),
  admin: Flags.string({
    description: 'serve /metrics on this address, such as 127.0.0.1:9464; never a public one (default: nowhere)',
    helpValue: 'HOST:PORT',
  }),
  'log-level': Flags.option({
    options: logLevels,
    description: 'the least important lines of the log on stderr (default: info)',
  })(),
  'log-format': Flags.option({
    options: logFormats,
    description: 'text for people, or json: one object a line (default: text on a terminal, otherwise json)',
  })(),
}
