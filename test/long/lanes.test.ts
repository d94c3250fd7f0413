import {bothLanesAgree} from '../cli/lanes/lanes-contract.ts'

bothLanesAgree('others')
