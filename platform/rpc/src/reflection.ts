import { toBinary, type DescEnum, type DescFile, type DescMessage, type DescService } from '@bufbuild/protobuf'
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt'
import { Code, type ConnectRouter } from '@connectrpc/connect'
import { ServerReflection } from './gen/reflection_v1_pb.js'
import { ServerReflection as ServerReflectionAlpha } from './gen/reflection_v1alpha_pb.js'

/** The services that `serveReflection` adds. */
export const reflectionServices: readonly DescService[] = [ServerReflection, ServerReflectionAlpha]

/** A request of v1 or v1alpha, which differ only in the name of their package. */
interface Question {
  readonly host: string
  readonly messageRequest:
    | {
        readonly case: 'listServices' | 'fileByFilename' | 'fileContainingSymbol' | 'allExtensionNumbersOfType'
        readonly value: string
      }
    | {
        readonly case: 'fileContainingExtension'
        readonly value: { readonly containingType: string; readonly extensionNumber: number }
      }
    | { readonly case: undefined; readonly value?: undefined }
}

/**
 * Serves the standard gRPC server reflection protocol, v1 and v1alpha, for these services. It is open, as the OpenAPI and
 * AsyncAPI documents on the same port are: it describes the interface and calls nothing.
 */
export function serveReflection(router: ConnectRouter, services: readonly DescService[]): void {
  const answer = answerer([...services, ...reflectionServices])
  async function* serverReflectionInfo<Q extends Question>(questions: AsyncIterable<Q>) {
    for await (const originalRequest of questions)
      yield { validHost: originalRequest.host, originalRequest, ...answer(originalRequest) }
  }
  router.service(ServerReflection, { serverReflectionInfo })
  router.service(ServerReflectionAlpha, { serverReflectionInfo })
}

function answerer(services: readonly DescService[]) {
  const files = new Map<string, DescFile>()
  for (const { file } of services) addWithImports(files, file)
  const bySymbol = new Map<string, DescFile>()
  for (const file of files.values()) for (const name of symbolsOf(file)) bySymbol.set(name, file)

  return ({ messageRequest: { case: what, value } }: Question) => {
    switch (what) {
      case 'listServices':
        return answered('listServicesResponse', { service: services.map(({ typeName: name }) => ({ name })) })
      case 'fileByFilename':
        return described(files.get(value), value)
      case 'fileContainingSymbol':
        return described(bySymbol.get(value), value)
      case 'allExtensionNumbersOfType':
        if (!bySymbol.has(value)) return unknown(value)
        return answered('allExtensionNumbersResponse', { baseTypeName: value, extensionNumber: [] })
      case 'fileContainingExtension':
        return unknown(`extension ${value.extensionNumber} of ${value.containingType}`)
      default:
        return answered('errorResponse', { errorCode: Code.InvalidArgument, errorMessage: 'the request is missing' })
    }
  }
}

function described(file: DescFile | undefined, name: string) {
  if (file === undefined) return unknown(name)
  const needed = new Map<string, DescFile>()
  addWithImports(needed, file)
  const fileDescriptorProto = [...needed.values()].map(({ proto }) => toBinary(FileDescriptorProtoSchema, proto))
  return answered('fileDescriptorResponse', { fileDescriptorProto })
}

function unknown(name: string) {
  return answered('errorResponse', { errorCode: Code.NotFound, errorMessage: `${name} is unknown` })
}

function answered<const Case extends string, Value>(name: Case, value: Value) {
  return { messageResponse: { case: name, value } }
}

function addWithImports(files: Map<string, DescFile>, file: DescFile): void {
  if (files.has(file.proto.name)) return
  files.set(file.proto.name, file)
  for (const imported of file.dependencies) addWithImports(files, imported)
}

function* symbolsOf({ messages, enums, services, extensions }: DescFile): Generator<string> {
  for (const message of messages) yield* symbolsOfMessage(message)
  for (const each of enums) yield* symbolsOfEnum(each)
  for (const { typeName } of extensions) yield typeName
  for (const { typeName, methods } of services) {
    yield typeName
    for (const { name } of methods) yield `${typeName}.${name}`
  }
}

function* symbolsOfMessage(message: DescMessage): Generator<string> {
  yield message.typeName
  for (const { name } of message.fields) yield `${message.typeName}.${name}`
  for (const nested of message.nestedMessages) yield* symbolsOfMessage(nested)
  for (const nested of message.nestedEnums) yield* symbolsOfEnum(nested)
}

// the values of an enum are named beside it, not in it
function* symbolsOfEnum({ typeName, values }: DescEnum): Generator<string> {
  yield typeName
  const scope = typeName.slice(0, typeName.lastIndexOf('.') + 1)
  for (const { name } of values) yield scope + name
}
