module "helm_values" {
  source                 = "../modules/helm-values"
  system                 = local.topology.system
  namespace              = local.topology.namespace
  services               = local.services
  region                 = var.region
  host                   = var.host
  certificate_arn        = var.certificate_arn
  image_registry         = module.registry.address
  bucket                 = module.files.name
  pod_cidr               = module.network.cidr
  load_balancer_cidrs    = module.network.public_cidrs
  load_balancer_group_id = module.network.load_balancer_group_id
  lake_file_system_id    = module.lake.file_system_id
  secret_names           = module.secrets.names
  kafka = var.kafka == null ? null : {
    brokers  = module.kafka[0].brokers
    username = local.topology.system
    secret   = module.kafka[0].user_secret_name
  }
}
