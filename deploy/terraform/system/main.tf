locals {
  # Made from the topology by `stoa publish terraform`: a new service gets its repository, its secret and its role without an edit.
  topology   = jsondecode(file("${path.module}/../services.json"))
  services   = local.topology.services
  with_files = toset([for name, each in local.services : name if each.bucket])
  secrets    = toset(flatten([for each in local.services : each.secrets]))
}

module "network" {
  source             = "../modules/network"
  name               = var.name
  region             = var.region
  cidr               = var.network.cidr
  zone_count         = var.network.zone_count
  single_nat_gateway = var.network.single_nat_gateway
  gateway_port       = local.topology.gatewayPort
}

module "cluster" {
  source                 = "../modules/cluster"
  name                   = var.name
  kubernetes_version     = var.cluster.kubernetes_version
  subnet_ids             = module.network.private_subnet_ids
  load_balancer_group_id = module.network.load_balancer_group_id
  gateway_port           = local.topology.gatewayPort
  api_cidrs              = var.cluster.api_cidrs
  administrator_arns     = var.cluster.administrator_arns
  node_pools             = var.cluster.node_pools
  log_retention_days     = var.log_retention_days
  deletion_protection    = var.protected
}

module "database" {
  source              = "../modules/database"
  name                = var.name
  vpc_id              = module.network.vpc_id
  subnet_ids          = module.network.private_subnet_ids
  client_group_id     = module.cluster.pod_group_id
  engine_version      = var.database.engine_version
  instance_class      = var.database.instance_class
  storage_gib         = var.database.storage_gib
  max_storage_gib     = var.database.max_storage_gib
  max_connections     = var.database.max_connections
  logical_replication = var.database.logical_replication
  multi_az            = var.database.multi_az
  backup_days         = var.database.backup_days
  deletion_protection = var.protected
}

module "kafka" {
  source             = "../modules/kafka"
  count              = var.kafka == null ? 0 : 1
  name               = var.name
  vpc_id             = module.network.vpc_id
  subnet_ids         = module.network.private_subnet_ids
  client_group_id    = module.cluster.pod_group_id
  kafka_version      = var.kafka.version
  instance_type      = var.kafka.instance_type
  storage_gib        = var.kafka.storage_gib
  username           = local.topology.system
  password_version   = var.kafka.password_version
  log_retention_days = var.log_retention_days
}

module "registry" {
  source   = "../modules/registry"
  name     = var.name
  services = toset(keys(local.services))
}

module "files" {
  source              = "../modules/bucket"
  name                = "${var.name}-files-${var.account_id}"
  former_version_days = var.former_version_days
}

module "lake" {
  source             = "../modules/lake"
  name               = var.name
  vpc_id             = module.network.vpc_id
  subnet_ids         = module.network.private_subnet_ids
  client_group_id    = module.cluster.pod_group_id
  cluster_name       = module.cluster.name
  kubernetes_version = var.cluster.kubernetes_version
  pod_trust_policy   = module.cluster.pod_trust_policy
}

module "secrets" {
  source           = "../modules/secrets"
  name             = var.name
  cluster_name     = module.cluster.name
  pod_trust_policy = module.cluster.pod_trust_policy
  secrets          = local.secrets
  further_secrets = var.kafka == null ? {} : {
    kafka = { arn = module.kafka[0].user_secret_arn, key_arn = module.kafka[0].key_arn }
  }
}
