//! Functions whose answers come from outside: without an answer the error names the question, and nothing else happens.

use gennaker_core::expression::{LookupFunction, Template, evaluate};
use serde_json::{Value, json};

use crate::fixture::World;

/// The question that stands in the way of a text's value.
fn question(text: &str) -> (LookupFunction, Vec<Value>) {
    let error = World::new().evaluate(text).expect_err("the answer is missing");
    let lookup = error.missing().unwrap_or_else(|| panic!("{text}: {error}"));
    (lookup.function, lookup.arguments.clone())
}

#[test]
fn a_missing_answer_names_the_question() {
    let url = "https://example.com/x.json";
    for function in ["fromUrl", "jsonFromUrl", "yamlFromUrl", "propertiesFromUrl"] {
        assert_eq!(question(&format!("${{ #{function}('{url}') }}")), (LookupFunction::FromUrl, vec![json!(url)]));
    }
    let text = "${ #jsonFromUrl('https://example.com/' + parameters.version + '.json')['a'] }";
    assert_eq!(question(text), (LookupFunction::FromUrl, vec![json!("https://example.com/1.4.2.json")]));
    assert_eq!(
        question("${ #pipelineId('Other') }"),
        (LookupFunction::PipelineId, vec![json!("shop"), json!("Other")])
    );
    assert_eq!(
        question("${ #pipelineIdOrNull('Other') }"),
        (LookupFunction::PipelineId, vec![json!("shop"), json!("Other")])
    );
    let text = "${ #pipelineIdInApplication('Other', 'cart') }";
    assert_eq!(question(text), (LookupFunction::PipelineId, vec![json!("cart"), json!("Other")]));
    assert_eq!(
        question("${ #applicationMetadata('cart') }"),
        (LookupFunction::ApplicationMetadata, vec![json!("cart")])
    );
}

/// Where an address may lead is for the one that asks: here every address is a question and no more.
#[test]
fn no_address_is_asked_by_the_evaluator() {
    for address in [
        "file:///etc/passwd",
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1/",
        "http://localhost/",
        "gopher://x/",
        "jar:file:///x!/",
        "ldap://evil.example.com/x",
        "//evil.example.com",
        "",
    ] {
        assert_eq!(question(&format!("${{ #fromUrl('{address}') }}")), (LookupFunction::FromUrl, vec![json!(address)]));
    }
    for text in [
        "${ #fromUrl(null) }",
        "${ #fromUrl() }",
        "${ #fromUrl({1}) }",
        "${ #fromUrl('a', 'b') }",
        "${ #pipelineId(null) }",
    ] {
        let error = World::new().evaluate(text).unwrap_err();
        assert_eq!(error.missing(), None, "{text}");
    }
}

/// A question in a branch that is not taken is not asked.
#[test]
fn only_what_is_needed_is_asked() {
    let world = World::new();
    assert_eq!(world.evaluate("${ true ? 1 : #fromUrl('https://example.com') }"), Ok(json!(1)));
    assert_eq!(world.evaluate("${ 'x' ?: #fromUrl('https://example.com') }"), Ok(json!("x")));
    assert_eq!(world.evaluate("${ false and #fromUrl('https://example.com') == 'x' }"), Ok(json!(false)));
    assert_eq!(question("${ #fromUrl('https://a.example.com') ?: 'x' }").1, [json!("https://a.example.com")]);
}

/// Evaluates with these answers: the question as it is keyed, and the answer.
fn answered(text: &str, answers: Value) -> Result<Value, String> {
    let facts = answers.as_object().expect("answers are an object").clone();
    let world = World::new();
    let environment = world.environment().with_facts(&facts);
    evaluate(text, environment).map_err(|error| error.to_string())
}

#[test]
fn answers_are_read_as_the_function_says() {
    let json = r#"{"a": [1, {"b": "${ 1 + 1 }"}]}"#;
    let answers = json!({
        r#"fromUrl("https://example.com/x.json")"#: {"value": json},
        r#"fromUrl("https://example.com/x.yaml")"#: {"value": "a: 1\nb: [x]\n"},
        r#"fromUrl("https://example.com/x.properties")"#: {"value": "# remark\na=1\nb = x y\nc: z\n"},
        r#"fromUrl("https://example.com/list.json")"#: {"value": "[1, 2]"},
        r#"pipelineId("shop", "Other")"#: {"value": "other-id"},
        r#"pipelineId("shop", "Nothing")"#: {"value": null},
        r#"pipelineId("cart", "Other")"#: {"value": "cart-id"},
        r#"applicationMetadata("cart")"#: {"value": {"email": "cart@example.com"}},
    });
    for (text, value) in [
        ("${ #fromUrl('https://example.com/x.json') }", json!(json)),
        ("${ #jsonFromUrl('https://example.com/x.json').a[0] }", json!(1)),
        ("${ #jsonFromUrl('https://example.com/x.json')['a'][1]['b'] }", json!("${ 1 + 1 }")),
        ("${ #jsonFromUrl('https://example.com/list.json').![#this * 2] }", json!([2, 4])),
        ("${ #yamlFromUrl('https://example.com/x.yaml') }", json!({"a": 1, "b": ["x"]})),
        ("${ #propertiesFromUrl('https://example.com/x.properties') }", json!({"a": "1", "b": "x y", "c": "z"})),
        ("${ #propertiesFromUrl('https://example.com/x.properties')['b'] }", json!("x y")),
        ("v${ #fromUrl('https://example.com/list.json') }", json!("v[1, 2]")),
        ("${ #pipelineId('Other') }", json!("other-id")),
        ("${ #pipelineIdOrNull('Other') }", json!("other-id")),
        ("${ #pipelineIdOrNull('Nothing') }", json!(null)),
        ("${ #pipelineIdOrNull('Nothing') ?: 'none' }", json!("none")),
        ("${ #pipelineIdInApplication('Other', 'cart') }", json!("cart-id")),
        ("${ #applicationMetadata('cart').email }", json!("cart@example.com")),
    ] {
        assert_eq!(answered(text, answers.clone()), Ok(value), "{text}");
    }
    assert!(answered("${ #pipelineId('Nothing') }", answers).unwrap_err().contains("Nothing"));
}

#[test]
fn answers_that_are_errors_or_no_json_are_errors() {
    let answers = json!({
        r#"fromUrl("https://example.com/gone")"#: {"error": "it answered 404"},
        r#"fromUrl("https://example.com/page")"#: {"value": "<html>"},
        r#"fromUrl("https://example.com/bomb")"#: {"value": "[".repeat(100_000)},
    });
    for function in ["fromUrl", "jsonFromUrl", "yamlFromUrl", "propertiesFromUrl"] {
        let text = format!("${{ #{function}('https://example.com/gone') }}");
        assert!(answered(&text, answers.clone()).unwrap_err().contains("it answered 404"), "{text}");
    }
    for text in [
        "${ #jsonFromUrl('https://example.com/page') }",
        "${ #jsonFromUrl('https://example.com/bomb') }",
        "${ #yamlFromUrl('https://example.com/bomb') }",
    ] {
        assert!(answered(text, answers.clone()).unwrap_err().len() < 1_000, "{text}");
    }
    let text = "${ #fromUrl('https://example.com/gone') ?: 'else' }";
    assert!(answered(text, answers).unwrap_err().contains("it answered 404"));
}

/// That a text may ask is known before it is evaluated, so that the others need no thought.
#[test]
fn a_text_that_may_ask_is_known_by_looking() {
    let asks = |text: &str| Template::parse(text).unwrap().looks_up();
    assert!(asks("a ${ true ? 1 : #fromUrl('x') }"));
    assert!(asks("${ {1}.![#pipelineId('x')] }"));
    assert!(!asks("${ 'fromUrl' + #toInt('1') }"));
    assert!(!asks("#fromUrl('x')"));
}
