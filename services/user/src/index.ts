export { seed, type SeededAccount } from './seed.ts'
export { userService } from './service.ts'
