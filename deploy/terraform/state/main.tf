# The bucket of the state of one environment, which has to exist before that environment. Its own state, without any secret, is a file here.
terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "6.25.0"
    }
  }
}

provider "aws" {
  region              = var.region
  allowed_account_ids = [var.account_id]
}

module "bucket" {
  source              = "../modules/bucket"
  name                = "${var.system}-state-${var.account_id}"
  former_version_days = 90
}
