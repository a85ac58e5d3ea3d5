# One root for all environments: environments/<name>.tfvars has what differs, environments/<name>.s3.tfbackend where its state is.
terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "6.25.0"
    }
  }

  # Bucket, key and region are given to `terraform init`.
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
