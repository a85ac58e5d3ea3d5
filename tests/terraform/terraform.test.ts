import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '@stoa/system/root'
import { expect, test } from 'vitest'
import { lacksParser, parseTree } from './parse.ts'
import { terraformProblems } from './rules.ts'

const folder = join(root, 'deploy/terraform')

test.skipIf(lacksParser)(`the modules keep every rule${lacksParser ? ` (${lacksParser})` : ''}`, () => {
  const tree = parseTree(folder)
  const { modules, environments } = tree
  expect(terraformProblems(tree)).toEqual([])
  expect([...environments.keys()]).toEqual(['development', 'production', 'staging'])
  const types = new Set([...modules.values()].flatMap(({ resources }) => resources.map(({ type }) => type)))
  for (const type of ['aws_s3_bucket', 'aws_db_instance', 'aws_msk_cluster', 'aws_ecr_repository', 'aws_eks_cluster'])
    expect(types).toContain(type)
})

test.skipIf(lacksParser)('each rule is broken by the fixture', () => {
  const problems = terraformProblems(parseTree(join(import.meta.dirname, 'fixtures/broken')))
  expect(problems.toSorted()).toMatchInlineSnapshot(`
    [
      "modules/child: aws_db_instance.open can be deleted in production",
      "modules/child: aws_db_instance.open has a password that is in the state",
      "modules/child: aws_db_instance.open has no backup",
      "modules/child: aws_db_instance.open has password in the state",
      "modules/child: aws_db_instance.open is deleted without a snapshot",
      "modules/child: aws_db_instance.open is not encrypted",
      "modules/child: aws_db_instance.open is public",
      "modules/child: aws_ecr_repository.moving does not scan images",
      "modules/child: aws_ecr_repository.moving lets tags move",
      "modules/child: aws_efs_file_system.plain is not encrypted",
      "modules/child: aws_msk_cluster.open accepts clients that do not sign in",
      "modules/child: aws_msk_cluster.open accepts connections without TLS",
      "modules/child: aws_msk_cluster.open has no key",
      "modules/child: aws_s3_bucket.public has no lifecycle",
      "modules/child: aws_s3_bucket.public has no versions",
      "modules/child: aws_s3_bucket.public is not encrypted",
      "modules/child: aws_s3_bucket.public may become public",
      "modules/child: aws_security_group.load_balancer has rules of its own",
      "modules/child: aws_security_group_rule.former is not an aws_vpc_security_group_ingress_rule",
      "modules/child: aws_vpc_security_group_ingress_rule.elsewhere is open to everyone",
      "modules/child: aws_vpc_security_group_ingress_rule.ssh is open to everyone",
      "modules/child: no version of Terraform is required",
      "modules/child: nothing uses the variable unused",
      "modules/child: the output undescribed has no description",
      "modules/child: the provider aws has no source with an exact version",
      "modules/child: the variable given has no description",
      "modules/child: the variable given has no type",
      "modules/child: there is no aws_secretsmanager_random_password.missing",
      "modules/child: there is no aws_security_group.missing",
      "modules/child: there is no aws_vpc.missing",
      "modules/child: there is no local missing",
      "modules/child: there is no variable missing",
      "production: the variable region has no value",
      "production: there is no variable unknown",
      "system: module child has no output nothing",
      "system: module child lacks unused",
      "system: module child takes no further",
      "system: module elsewhere has no exact version",
      "system: module nowhere has no folder",
      "system: the provider aws has no source with an exact version",
      "system: the state is not encrypted and locked",
      "system: there is no module absent",
    ]
  `)
})

test('each environment has a state of its own', () => {
  const places = ['development', 'staging', 'production'].map((each) =>
    readFileSync(join(folder, `environments/${each}.s3.tfbackend`), 'utf8'),
  )
  const keys = places.map((each) => /^key\s*= "(.+)"$/m.exec(each)?.[1])
  expect(keys).toEqual(['development.tfstate', 'staging.tfstate', 'production.tfstate'])
  expect(new Set(places.map((each) => /^bucket\s*= "(.+)"$/m.exec(each)?.[1])).size).toBe(3)
})
