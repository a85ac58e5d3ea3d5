import { startReplica } from './webhook-replica.ts'

// Sends webhooks until it is killed: the URLs of the database and of the log.
const [database = '', log = ''] = process.argv.slice(2)
startReplica('process', { database, log })
process.on('disconnect', () => process.exit(0))
