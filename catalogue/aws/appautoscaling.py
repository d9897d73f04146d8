"""Application Auto Scaling, as MSK uses it for broker storage."""

from catalogue.aws.msk import CLUSTER
from catalogue.aws.needs import linked
from catalogue.entry import AutoName, Entry, Ref, Refused, Subject
from catalogue.needs import needs

TARGET = "aws:appautoscaling/target:Target"
KEYS = frozenset({"resourceId", "scalableDimension", "serviceNamespace"})


def _range_is_possible(subject: Subject) -> None:
    low, high = subject.inputs.get("minCapacity"), subject.inputs.get("maxCapacity")
    if isinstance(low, int) and isinstance(high, int) and low > high:
        raise Refused(f"ValidationException: Maximum capacity cannot be less than minimum capacity: {high} < {low}")


def _target_of_policy(subject: Subject) -> list[str]:
    return ["/".join(subject.inputs[key] for key in ("serviceNamespace", "resourceId", "scalableDimension"))]


ENTRIES = [
    Entry(
        token=TARGET,
        id="{serviceNamespace}/{resourceId}/{scalableDimension}",
        outputs={"arn": "arn:aws:application-autoscaling:{region}:{account}:scalable-target/{seed:32}"},
        defaults={
            "roleArn": "arn:aws:iam::{account}:role/aws-service-role/"
            "{serviceNamespace}.application-autoscaling.amazonaws.com/AWSServiceRole"
        },
        refers=(
            Ref(
                path="resourceId",
                to=(CLUSTER,),
                by=("arn",),
                hold="free",
                ignore=lambda value: not value.startswith("arn:aws:kafka:"),
            ),
        ),
        checks=(_range_is_possible,),
        not_found="ObjectNotFoundException: No scalable target registered for {value}",
        taken="ValidationException: the scalable target is registered already: {id}",
        needs=needs(
            "application-autoscaling:",
            "DescribeScalableTargets ListTagsForResource",
            "RegisterScalableTarget DeregisterScalableTarget TagResource UntagResource",
            linked("kafka.application-autoscaling"),
        ),
    ),
    Entry(
        token="aws:appautoscaling/policy:Policy",
        id="{name}",
        outputs={
            "arn": "arn:aws:autoscaling:{region}:{account}:scalingPolicy:{guid}:policyName/{name}",
            "alarmArns": [],
        },
        defaults={"policyType": "StepScaling"},
        autoname=AutoName(),
        refers=(Ref(path="resourceId", to=(TARGET,), hold="owned", values=_target_of_policy),),
        taken="ValidationException: a scaling policy with this name exists already: {id}",
        needs=needs("application-autoscaling:", "DescribeScalingPolicies", "PutScalingPolicy DeleteScalingPolicy")
        + needs("cloudwatch:", write="DescribeAlarms PutMetricAlarm DeleteAlarms"),
    ),
]
