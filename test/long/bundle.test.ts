import {bundleAgreesWithModules} from '../e2e/bundle-contract.ts'

bundleAgreesWithModules('others')
