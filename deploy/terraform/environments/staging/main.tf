# The same text in every environment: they differ only in terraform.tfvars and in where their state is.
terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "6.25.0"
    }
  }

  # Bucket, key and region: state.s3.tfbackend.
  backend "s3" {
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  region              = var.region
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = { system = var.name, managed-by = "terraform" }
  }
}

module "system" {
  source = "../../modules/system"

  services_file       = "${path.module}/../../services.json"
  region              = var.region
  account_id          = var.account_id
  name                = var.name
  host                = var.host
  certificate_arn     = var.certificate_arn
  network             = var.network
  cluster             = var.cluster
  database            = var.database
  kafka               = var.kafka
  former_version_days = var.former_version_days
  log_retention_days  = var.log_retention_days
  protected           = var.protected
}
