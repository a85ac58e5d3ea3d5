export { AppError, isAppError, type AppErrorOptions, type ErrorKind, type FieldError } from './errors.ts'
export { errors, type ErrorCatalogue, type ErrorDescription } from './error-catalogue.ts'
export {
  catalogueError,
  PlatformError,
  platformError,
  platformErrors,
  type PlatformErrorCode,
} from './platform-errors.ts'
export { StartError } from './start-error.ts'
export { systemClock, type Clock } from './clock.ts'
export { closedRange, type IdRange } from './id-range.ts'
export { lowestIdAt, newId, type Branded, type Id, type NewId } from './ids.ts'
export { addMoney, allocate, money, multiplyRate, subtractMoney, sumMoney, zero, type Money } from './money.ts'
export { fromRpcMoney, parseRpcMoney, toRpcMoney, type RpcMoney } from './rpc-money.ts'
export { isCurrency } from './currencies.ts'
export { isTimeZone } from './time-zones.ts'
export { compact } from './compact.ts'
export { findCardNumbers, type FoundCardNumber } from './card-numbers.ts'
