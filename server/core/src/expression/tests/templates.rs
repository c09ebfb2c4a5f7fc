//! Texts around expressions, and names with hyphens.

use serde_json::json;

use super::{World, of, said};
use crate::expression::{Environment, Template, evaluate_in};

#[test]
fn a_lone_expression_keeps_its_type() {
    assert_eq!(said("${ parameters.size }"), json!(3));
    assert_eq!(said("${parameters.on}"), json!(true));
    assert_eq!(said("${ parameters.none }"), json!(null));
    assert_eq!(said("${ parameters.list }"), json!([1, 2, 3]));
    assert_eq!(said("${ parameters.huge }"), json!(u64::MAX));
    assert_eq!(said("${ 3.0 }"), json!(3.0));
}

#[test]
fn inside_a_text_values_are_written_out() {
    assert_eq!(said("v${ parameters.size }-${parameters.on} ${ 1.50 }"), json!("v3-true 1.5"));
    assert_eq!(said("${ parameters.size } "), json!("3 "));
    assert_eq!(said("is ${ {a: parameters.list} }"), json!(r#"is {"a":[1,2,3]}"#));
    assert_eq!(said("at ${ T(Instant).EPOCH }"), json!("at 1970-01-01T00:00:00Z"));
}

#[test]
fn plain_text_stays_as_it_is() {
    assert_eq!(said("$${ parameters.size }"), json!("${ parameters.size }"));
    assert_eq!(said("a $${x} ${parameters.size}"), json!("a ${x} 3"));
    assert_eq!(said("$5 and $ and { } #{x} *{y}"), json!("$5 and $ and { } #{x} *{y}"));
    assert_eq!(said(""), json!(""));
}

#[test]
fn braces_and_quotes_belong_to_the_expression() {
    assert_eq!(said("a${ {x: '}'} }b"), json!(r#"a{"x":"}"}b"#));
    assert_eq!(said("${'it''s'}${\"a \"\"b\"\"\"}"), json!("it'sa \"b\""));
    assert_eq!(said("a.${'${ESCAPED}'}.b"), json!("a.${ESCAPED}.b"));
}

#[test]
fn what_comes_out_is_not_evaluated_again() {
    assert_eq!(said("${ trigger.payload.evil }"), json!("${ parameters.size }"));
    assert_eq!(said("by ${ trigger.payload.evil + '${1}' }"), json!("by ${ parameters.size }${1}"));
}

#[test]
fn hyphens_belong_to_names_where_such_a_name_is() {
    assert_eq!(of("parameters.a-b['c.d']"), json!("deep"));
    assert_eq!(of("stages.deploy-east.outputs.image"), json!("shop:43"));
    assert_eq!(of("parameters.count-1"), json!("named"));
    assert_eq!(of("parameters.count -1"), json!(9));
    assert_eq!(of("parameters.count-2"), json!(8));
    assert_eq!(of("2 * parameters.count-2 * 3"), json!(14));
    assert_eq!(of("stages.bake.outputs.count-parameters.size-1"), json!(1));
    assert_eq!(of("parameters.list.size()-1"), json!(2));
    assert_eq!(of("parameters.count-parameters.list.size()"), json!(7));
    assert_eq!(of("{1, 2}.![#root.parameters.count-#this]"), json!([9, 8]));
}

#[test]
fn names_are_looked_for_from_near_to_far() {
    assert_eq!(of("image"), json!("shop:43"));
    assert_eq!(of("count"), json!(5));
    assert_eq!(of("account"), json!("local"));
    assert_eq!(of("parameters.branch ?: branch ?: 'none'"), json!("none"));
    let world = World::new();
    let variables = json!({"image": "mine", "parameters": "hidden", "templateVariables": {"size": 9}});
    let environment = world.environment().with_variables(variables.as_object().unwrap());
    let value = |text| Template::parse(text).unwrap().evaluate(&environment).unwrap();
    assert_eq!(value("${ image }-${ parameters.size }-${ templateVariables.size }"), json!("mine-3-9"));
}

#[test]
fn an_execution_alone_can_be_asked() {
    let world = World::new();
    let ask = |text| evaluate_in(text, &world.execution, None, world.execution.created, 0);
    assert_eq!(ask("${ execution.name } by ${ trigger.user }"), Ok(json!("Release by ada")));
    assert_eq!(ask("${ stages.deploy-east.status }"), Ok(json!("SUCCEEDED")));
    assert!(ask("${ #currentStage() }").is_err());
}

#[test]
fn an_expression_needs_no_braces_where_only_one_may_stand() {
    let world = World::new();
    let value = |text: &str| Template::parse_expression(text).unwrap().evaluate(&world.environment()).unwrap();
    assert_eq!(value(" parameters.size > 2 "), json!(true));
    assert_eq!(value("${ parameters.size > 2 }"), json!(true));
    assert!(Template::parse_expression("1 }").is_err());
}

#[test]
fn random_numbers_follow_from_the_seed() {
    let world = World::new();
    let stage = &world.execution.stages[0];
    let draw = |seed| {
        let environment = Environment::new(&world.execution, world.execution.created, seed).with_stage(stage);
        let text = "${ T(UUID).randomUUID() } ${ T(UUID).randomUUID() } ${ T(Math).random() }";
        Template::parse(text).unwrap().evaluate(&environment).unwrap()
    };
    assert_eq!(draw(1), draw(1));
    assert_ne!(draw(1), draw(2));
    let text = draw(1).as_str().unwrap().to_owned();
    let parts: Vec<&str> = text.split(' ').collect();
    assert_ne!(parts[0], parts[1]);
    assert_eq!((parts[0].len(), &parts[0][14..15]), (36, "4"));
}

#[test]
fn texts_are_split_as_java_splits_them() {
    assert_eq!(of("'abc'.split('')"), json!(["a", "b", "c"]));
    assert_eq!(of("'abc'.split('', 2)"), json!(["a", "bc"]));
    assert_eq!(of("'a,b,,'.split(',')"), json!(["a", "b"]));
    assert_eq!(of("'a,b,,'.split(',', -1)"), json!(["a", "b", "", ""]));
    assert_eq!(of("'a,b,c'.split(',', 2)"), json!(["a", "b,c"]));
    assert_eq!(of("',a'.split(',')"), json!(["", "a"]));
    assert_eq!(of("''.split(',')"), json!([""]));
    assert_eq!(of("','.split(',')"), json!([]));
    assert_eq!(of("'a1b22c'.split('[0-9]+').length"), json!(3));
}

/// `image: "${ image }"` reads what a stage before has put out.
#[test]
fn a_field_that_is_an_expression_hides_nothing() {
    let mut world = World::new();
    let stage = world.execution.place(&"deploy".into()).unwrap();
    let definition = std::sync::Arc::make_mut(&mut world.execution.stages[stage].definition);
    definition.config = json!({"image": "${ image }", "count": 8});
    assert_eq!(world.said("${ image } ${ count } ${ #currentStage().context.count }"), json!("shop:43 8 8"));
    assert_eq!(world.said("${ #root.image }"), json!("shop:43"));
}
