import {fastLaneHolds} from '../e2e/fast-lane-contract.ts'

fastLaneHolds('others')
