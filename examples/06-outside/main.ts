import { inServer } from '../place.ts'
import { runFinance } from './finance.ts'

await inServer((url) => runFinance(url))
