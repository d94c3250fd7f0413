import * as Flags from '@oclif/core/flags'
import {placeOf, type StorePlace} from '../../collector/store/place.ts'

/** The flags of a command that opens a store. */
export const storeFlags = {
  data: Flags.string({description: 'the data folder of a collector', helpValue: 'DIR', default: 'usage-data'}),
  store: Flags.string({
    description: 'a store elsewhere, clickhouse://USER:PASSWORD@HOST/DATABASE (default: in the data folder)',
    helpValue: 'ADDRESS',
    env: 'USAGE_STORE',
  }),
}

/** Where the store is that the flags name. */
export const placeOfFlags = ({data, store}: {readonly data: string; readonly store?: string | undefined}): StorePlace =>
  placeOf(data, store)
