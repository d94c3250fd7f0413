export {finish, prerun} from 'usage-reporter/oclif'
